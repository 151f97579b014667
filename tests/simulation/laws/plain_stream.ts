/** What a stream's events come to, by the plainest reading of docs/protocol.md. */
import type { PlainEvent } from "../history.ts";

/** Seqs that somebody may see, both included. */
export interface Stay {
  readonly from: number;
  readonly first: number;
  /** Infinity while it lasts. */
  readonly to: number;
}

export function adds(event: PlainEvent, user: string): boolean {
  return added(event).includes(user);
}

/** Whom an event makes a member. */
export function added({ type, actor, body, decided }: PlainEvent): string[] {
  if (type !== "create" && type !== "add-members") return [];
  const named = (type === "create" ? [actor, ...(body["members"] as string[])] : body["users"]) as string[];
  const skipped = new Set((decided.skipped ?? []).map(({ user }) => user));
  return [...new Set(named)].filter((user) => !skipped.has(user));
}

/** Whom an event ends the membership of. */
export function ended({ type, actor, body }: PlainEvent): string | null {
  if (type === "leave") return actor;
  return type === "remove-member" ? body["user"] as string : null;
}

export function staysOf(log: readonly PlainEvent[], { stream, user }: { stream: string; user: string }): Stay[] {
  if (stream.startsWith("user_")) return stream === user ? [{ from: 1, first: 1, to: Infinity }] : [];
  const stays: Stay[] = [];
  let open: Omit<Stay, "to"> | null = null;
  for (const event of log) {
    if (open === null && adds(event, user)) open = { from: event.seq, first: firstSeen(event) };
    else if (open !== null && ended(event) === user) {
      stays.push({ ...open, to: event.seq });
      open = null;
    }
  }
  return open === null ? stays : [...stays, { ...open, to: Infinity }];
}

/** The first seq that a stay begun by an event lets see. */
export function firstSeen({ type, seq, body }: PlainEvent): number {
  const from = type === "add-members" ? body["historyFrom"] : "all";
  if (from === "all") return 1;
  return from === "now" ? seq : from as number;
}

export function sees(stays: readonly Stay[], seq: number): boolean {
  return stays.some(({ first, to }) => first <= seq && seq <= to);
}

/** Whether an event, and its target if it has one, are for somebody with these stays. */
export function isFor(stays: readonly Stay[], { seq, decided }: PlainEvent): boolean {
  return sees(stays, seq) && sees(stays, decided.targetSeq ?? seq);
}

/** The newest seq that somebody may see; 0: none. */
export function viewersHead(log: readonly PlainEvent[], whose: { stream: string; user: string }): number {
  const last = staysOf(log, whose).at(-1);
  return last === undefined ? 0 : Math.min(last.to, log.length);
}

/** A message, as its events leave it. */
export interface PlainMessage {
  readonly seq: number;
  readonly author: string;
  isLive: boolean;
  /** `emoji user` */
  readonly reactions: Set<string>;
}

/** A discussion after some of its events. */
export class PlainTalk {
  readonly members = new Set<string>();
  readonly everMembers = new Set<string>();
  readonly messages = new Map<string, PlainMessage>();

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
    const target = this.messages.get(event.body["target"] as string);
    if (target === undefined) return;
    if (event.type === "delete-message") target.isLive = false;
    if (event.type !== "react-to-message") return;
    const reaction = `${event.body["emoji"]} ${event.actor}`;
    if (event.body["on"]) target.reactions.add(reaction);
    else target.reactions.delete(reaction);
  }
}
