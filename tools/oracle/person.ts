/** What somebody's own stream says of them after some of its events (BLK1, USR2, USR4, FACT2). @module */
import type { PlainEvent } from "./event.ts";

export class PlainPerson {
  readonly blocks = new Set<string>();
  readonly everBlocked = new Set<string>();
  isEnded = false;
  handle = "";
  name = "";
  /** `stream seq` of each add that is to be undone, since its adder was blocked or the account over. */
  readonly unwanted = new Set<string>();

  constructor(events: readonly PlainEvent[] = []) {
    for (const event of events) this.apply(event);
  }

  apply({ type, body }: PlainEvent): void {
    const { user = "" } = body;
    if (type === "block-user") {
      this.blocks.add(user);
      this.everBlocked.add(user);
    }
    if (type === "unblock-user") this.blocks.delete(user);
    if (type === "end-account") this.isEnded = true;
    if (body.handle !== undefined) this.handle = body.handle;
    if (type === "register" || type === "set-profile") this.name = body.name ?? this.name;
    if (type !== "added-to") return;
    if (this.isEnded || this.blocks.has(body.by ?? "")) this.unwanted.add(`${body.stream} ${body.seq}`);
  }
}
