/** What waits in the outbox, decided on what is held and evolved on top of it, as if it had just been accepted. @module */
import {
  type AnyEventId,
  applyToMessages,
  type Decided,
  type DomainLimits,
  type Draft,
  evolve,
  foresee,
  type Foreseen,
  type GroupState,
  isDiscussionDraft,
  isMessageEvent,
  type LogEvent,
  type MessageId,
  type MessageState,
  needs,
  type Proposal,
  type RejectionCode,
  type Seq,
  seq,
  type StreamState,
  toEvent,
  underMarks,
  type UnixMs,
  unixMs,
  type UserState,
} from "@gatz/domain";
import type { DraftRecord } from "../store/records.ts";
import type { HeldStream } from "./held_stream.ts";

export interface DraftsOnTop {
  readonly held: HeldStream;
  /** Of this stream, in the order in which they were made. */
  readonly pendingDrafts: readonly DraftRecord[];
  /** The user's own state, for their blocks. */
  readonly self: UserState | null;
  /** The discussion's group, if it is held. */
  readonly group?: GroupState | undefined;
  readonly at: UnixMs;
  readonly limits: DomainLimits;
}

/** What there is with the drafts on top. */
export interface Ground {
  /** Null: nothing of it is seen. Undefined: it is not known. */
  readonly state: StreamState | null | undefined;
  /** Whether everything is in the state that the viewer may see: else it is good enough to be shown, and not to judge by. */
  readonly isWhole: boolean;
  /** A message as the drafts leave it. */
  message(id: MessageId): MessageState | undefined;
}

export interface OnTop extends Ground {
  /** The newest seq that is confirmed. */
  readonly head: Seq;
  /** Messages of the window that drafts change. */
  readonly changed: ReadonlyMap<MessageId, MessageState>;
  /** New messages, in their order; those that would be refused too. */
  readonly added: readonly MessageState[];
  /** All drafts that are not in the window yet. */
  readonly pending: readonly Draft[];
  /** The messages that they are or would change. */
  readonly touched: ReadonlySet<MessageId>;
  /** Drafts that are decided here as the server would refuse them. They are offered all the same: the server is the judge. */
  readonly doomed: ReadonlyMap<AnyEventId, RejectionCode>;
  /** The messages that such drafts are or would change. */
  readonly doomedMessages: ReadonlyMap<MessageId, RejectionCode>;
}

export function draftsOnTop(input: DraftsOnTop): OnTop {
  const top = new Top(input);
  for (const record of input.pendingDrafts) if (!hasArrived(record, input.held)) top.put(record);
  return top;
}

/** What the drafts of one stream stand on and change. */
class Top implements OnTop {
  readonly changed = new Map<MessageId, MessageState>();
  readonly pending: Draft[] = [];
  readonly touched = new Set<MessageId>();
  readonly doomed = new Map<AnyEventId, RejectionCode>();
  readonly doomedMessages = new Map<MessageId, RejectionCode>();
  state: StreamState | null | undefined;
  readonly #added = new Map<MessageId, MessageState>();
  readonly #refused = new Set<MessageId>();
  readonly #input: DraftsOnTop;
  /** The last seq that there would be. */
  #end: number;

  constructor(input: DraftsOnTop) {
    this.#input = input;
    this.state = input.held.state ?? undefined;
    this.#end = input.held.head;
  }

  get head(): Seq {
    return this.#input.held.head;
  }

  get isWhole(): boolean {
    return this.head === 0 || !this.#input.held.isToBeOpenedAnew;
  }

  get added(): readonly MessageState[] {
    return [...this.#added.values()];
  }

  message(id: MessageId): MessageState | undefined {
    if (this.#refused.has(id)) return undefined;
    return this.changed.get(id) ?? this.#added.get(id) ?? this.#input.held.message(id);
  }

  put({ draft, madeAt, acked }: DraftRecord): void {
    const isBeginning = draft.type === "create" && this.head === 0 && this.state === undefined;
    // What nobody has seen begins with its draft.
    if (isBeginning) this.state = null;
    const proposal: Proposal = { ...draft, actor: this.#input.held.viewer };
    const { answer, decided } = foreseen(this, proposal, this.#input);
    this.pending.push(draft);
    const message = messageOf(draft);
    if (message !== null) this.touched.add(message);
    // What was accepted is in the log, whatever the present looks like from here.
    const isDoomed = answer.kind === "rejected" && acked === undefined;
    if (answer.kind === "rejected" && isDoomed) {
      this.doomed.set(draft.id, answer.code);
      if (message !== null) this.doomedMessages.set(message, answer.code);
    }
    const event = toEvent(proposal, decided ?? NOTHING_DECIDED, { seq: seq(this.#end + 1), at: unixMs(madeAt) });
    if (isMessageEvent(event)) this.#applyToMessage(event, { isDoomed });
    if (isDoomed) return;
    this.#end++;
    // Whom it begins with is what its maker says, if their group is not held.
    if (this.state !== undefined && (decided !== null || isBeginning)) this.state = evolve(this.state, event);
    if (event.type === "expunge") this.#purge();
  }

  /** A mark that was just made covers many messages (MOD1). */
  #purge(): void {
    const marks = this.state?.kind === "discussion" ? this.state.expunged : undefined;
    for (const { id } of [...this.#input.held.messages, ...this.#added.values()]) {
      const before = this.message(id);
      const after = before && underMarks(before, marks);
      if (after === undefined || after === before) continue;
      (this.#added.has(id) ? this.#added : this.changed).set(id, after);
      this.touched.add(id);
    }
  }

  #applyToMessage(event: LogEvent, { isDoomed }: { isDoomed: boolean }): void {
    if (event.type === "new-message") {
      applyToMessages(this.#added, event);
      if (isDoomed) this.#refused.add(event.id);
      return;
    }
    if (isDoomed || !isMessageEvent(event)) return;
    const { target } = event.body;
    const messages = this.#added.has(target) ? this.#added : this.changed;
    const before = this.message(target);
    if (before === undefined) return;
    messages.set(target, before);
    applyToMessages(messages, event);
  }
}

const NOTHING_DECIDED: Decided = Object.freeze({});

/** What a draft would be answered on this ground. */
export function foreseen(
  ground: Ground,
  proposal: Proposal,
  { self, group, at, limits }: Pick<DraftsOnTop, "self" | "group" | "at" | "limits">,
): Foreseen {
  const messages = new Map<MessageId, MessageState>();
  for (const id of needs(proposal).messages) {
    const known = ground.message(id);
    if (known !== undefined) messages.set(id, known);
  }
  const { state: stream, isWhole } = ground;
  const ofOwnGroup = isDiscussionDraft(proposal) ? group : undefined;
  const held = { stream, messages, group: ofOwnGroup, self: self ?? undefined };
  const { answer, decided } = foresee(held, proposal, { at, limits });
  return { answer: isWhole ? answer : { kind: "unknown" }, decided };
}

/** Its event is in the window, or would be before it: the ack says where. */
function hasArrived({ draft, acked }: DraftRecord, held: HeldStream): boolean {
  return held.hasOwn(draft.id) || (acked !== undefined && acked.seq <= held.head);
}

/** The message that a draft is or changes. */
function messageOf(draft: Draft): MessageId | null {
  switch (draft.type) {
    case "new-message":
      return draft.id;
    case "edit-message":
    case "delete-message":
    case "react-to-message":
      return draft.body.target;
    default:
      return null;
  }
}
