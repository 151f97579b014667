/** A discussion's log that a test writes by hand: Alice's, with Bob and Cleo in it. @module */
import {
  type Actor,
  type Decided,
  type DiscussionDraft,
  type DiscussionEvent,
  foldStream,
  formFor,
  type MessageId,
  seq,
  stateFor,
  toEvent,
  unixMs,
  type UserId,
  uuidToId,
} from "@gatz/domain";
import type { LogItem, Opened } from "../src/server/contract.ts";

const uuid = (n: number) => `0198c0de-0000-7003-8000-${String(n).padStart(12, "0")}`;

export const DISCUSSION = uuidToId("disc", uuid(1));
export const GROUP = uuidToId("grp", uuid(2));
export const [ALICE, BOB, CLEO] = [uuidToId("user", uuid(3)), uuidToId("user", uuid(4)), uuidToId("user", uuid(5))];

let made = 100;
/** Ids that no other draft of the run has. */
const newMessageId = (): MessageId => uuidToId("msg", uuid(made++));
export const newEventId = () => uuidToId("evt", uuid(made++));

type Said = Partial<Extract<DiscussionDraft, { type: "new-message" }>["body"]>;

/** A draft of a new message. */
export function messageDraft(text: string, said: Said = {}): Extract<DiscussionDraft, { type: "new-message" }> {
  const body = { text, mentions: [], attachments: [], ...said };
  return { stream: DISCUSSION, id: newMessageId(), type: "new-message", version: 1, body };
}

/** A draft of anything else. */
export function draft<T extends Exclude<DiscussionDraft["type"], "new-message">>(
  type: T,
  body: Extract<DiscussionDraft, { type: T }>["body"],
): Extract<DiscussionDraft, { type: T }> {
  // One literal for all types: the compiler can't follow that type and body still belong together.
  return { stream: DISCUSSION, id: newEventId(), type, version: 1, body } as unknown as Extract<
    DiscussionDraft,
    { type: T }
  >;
}

export class HandWrittenLog {
  readonly events: DiscussionEvent[] = [];

  constructor(members: readonly UserId[] = [BOB, CLEO]) {
    this.write(ALICE, draft("create", { group: GROUP, name: "Talk", members }));
  }

  /** Appends what was drafted; nothing is judged. */
  write<D extends DiscussionDraft>(
    actor: Actor,
    draft: D,
    decided: Decided = {},
  ): Extract<DiscussionEvent, { type: D["type"] }> {
    const place = { seq: seq(this.events.length + 1), at: unixMs(1_000 * (this.events.length + 1)) };
    // The event of a draft has its type.
    const event = toEvent({ ...draft, actor }, decided, place) as Extract<DiscussionEvent, { type: D["type"] }>;
    this.events.push(event);
    return event;
  }

  say(actor: UserId, text: string, said: Said = {}) {
    return this.write(actor, messageDraft(text, said));
  }

  /** As a viewer is sent it now. */
  item(at: number, viewer: UserId): LogItem {
    const event = this.events[at - 1]!;
    const form = formFor(event, viewer, foldStream(this.events).state!);
    if (form === null) return { type: "opaque", stream: DISCUSSION, from: event.seq, to: event.seq };
    return { type: "event", event: form };
  }

  items(viewer: UserId, { from = 1, to = this.events.length }: { from?: number; to?: number } = {}): LogItem[] {
    return this.events.slice(from - 1, to).map(({ seq }) => this.item(seq, viewer));
  }

  /** What `log.open` answers. */
  opened(viewer: UserId, limit = 500): Pick<Opened, "asOf" | "items" | "state"> {
    const asOf = seq(this.events.length);
    const items = this.items(viewer, { from: Math.max(1, asOf - limit + 1) });
    return { asOf, items, state: stateFor(viewer, foldStream(this.events).state!) };
  }
}
