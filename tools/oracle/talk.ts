/** What a discussion is after some of its events (DISC1, MSG1–4). @module */
import { added, ended, type PlainEvent } from "./event.ts";

interface Spoken {
  readonly seq: number;
  readonly author: string;
  isLive: boolean;
  /** `emoji user` */
  readonly reactions: Set<string>;
}

export class PlainTalk {
  readonly members = new Set<string>();
  readonly everMembers = new Set<string>();
  readonly messages = new Map<string, Spoken>();

  apply(event: PlainEvent): void {
    for (const user of added(event)) {
      this.members.add(user);
      this.everMembers.add(user);
    }
    const gone = ended(event);
    if (gone !== null) this.members.delete(gone);
    if (event.type === "new-message") {
      this.messages.set(event.id, { seq: event.seq, author: event.actor, isLive: true, reactions: new Set() });
    }
    const target = this.messages.get(event.body.target ?? "");
    if (target === undefined) return;
    if (event.type === "delete-message") target.isLive = false;
    if (event.type !== "react-to-message") return;
    const reaction = `${event.body.emoji} ${event.actor}`;
    if (event.body.on) target.reactions.add(reaction);
    else target.reactions.delete(reaction);
  }
}
