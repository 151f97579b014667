/** A discussion that an app has open. @module */
import {
  assert,
  type CanDo,
  type DiscussionId,
  type GroupState,
  type Incarnation,
  type MessageContent,
  type MessageId,
  type NotifyLevel,
  type ReadMark,
  type Seq,
  seq,
  type UserId,
} from "@gatz/domain";
import type { Observable } from "../observable.ts";
import type { Kept, NotKept, Offer } from "../outbox/contract.ts";
import { can } from "../stream/can.ts";
import { type DiscussionPicture, drawDiscussion, type PictureMessage } from "../stream/picture.ts";
import { messagesIn } from "../stream/picture_messages.ts";
import { lastSeq } from "../stream/window.ts";
import type { Held } from "../sync/held.ts";
import type { DiscussionActs } from "./acts.ts";
import { NOTHING_HELD, OpenStream, type Workshop } from "./open_stream.ts";

/** What is said: of a reply also which message it answers. */
export type Said = Partial<MessageContent> & { readonly replyTo?: MessageId };

export interface DiscussionWorkshop extends Workshop {
  /** Of the discussion, as far as is known. */
  readonly mark: (discussion: DiscussionId) => ReadMark;
  /** The life of the installation that what is here is of; null: nothing is. */
  readonly life: () => Incarnation | null;
  /** Who is typing in it now, besides the user. */
  readonly typing: (discussion: DiscussionId) => Observable<readonly UserId[]>;
}

const LOADING: DiscussionPicture = {
  ...NOTHING_HELD,
  ...{ discussion: null, messages: [], byId: new Map(), hasOlder: false, pending: new Set() },
};
/** Says again that the user types no sooner than after this; it is shown to others for longer. */
const TYPING_MS = 3_000;
export const NO_CONTENT: MessageContent = { text: "", mentions: [], attachments: [] };

/** Behind what is held: what lies between is read and kept. More is not. */
const MOST_TO_KEEP = 2_000;

/** Messages that follow each other, and the seq up to which there are no others. */
interface Part {
  readonly upTo: Seq;
  readonly messages: readonly PictureMessage[];
}

/** A discussion that an app has open: what it shows, and what the user does in it. Call `release()` when it is not looked at any more. */
export class OpenDiscussion extends OpenStream<DiscussionId, DiscussionActs, DiscussionPicture> {
  readonly #workshop: DiscussionWorkshop;
  /** Its group: some rights are held through it (DISC4). */
  #group: Held | null = null;
  #saidTypingAt = -Infinity;

  constructor(id: DiscussionId, workshop: DiscussionWorkshop) {
    super(id, workshop);
    this.#workshop = workshop;
  }

  /** Who is typing now, besides the user. */
  get typing(): Observable<readonly UserId[]> {
    return this.#workshop.typing(this.id);
  }

  /**
   * Each message after a seq once, in order, as it stands when it is taken: for whoever answers messages. Left out: after the newest that
   * is here first. However many came meanwhile, none is passed over; of those that are thousands of events behind each is given as it stood
   * some hundred events later. Another life of the installation (LOG9) counts its own seqs, and is begun
   * with anew: after the newest that is here of it first. Ends when the discussion is released.
   */
  async *arrivals({ after }: { readonly after?: Seq | 0 } = {}): AsyncGenerator<PictureMessage, void, void> {
    let last = after;
    let life = this.#workshop.life();
    for await (const _ of this.picture) {
      const { status, asOf: newest } = this.picture.snapshot();
      if (status !== "ready") continue;
      const present = this.#workshop.life();
      if (life !== null && life !== present) last = newest;
      life = present;
      last ??= newest;
      for (let part = await this.#after(last); part !== null; part = await this.#after(last)) {
        if (life !== this.#workshop.life()) break;
        last = part.upTo;
        yield* part.messages;
      }
    }
  }

  /** Says something. What is left out of the content is empty. */
  send(content: Said): Offer {
    this.#saidTypingAt = -Infinity;
    return this.act("new-message", { ...NO_CONTENT, ...content });
  }

  /**
   * Replaces the content; refused as `StaleEdit` if somebody else's edit comes first. What is left out stays, so the message has to be here:
   * another one is edited by `act("edit-message", …)`, whole.
   */
  edit(target: MessageId, content: Partial<MessageContent>): Offer {
    const message = this.picture.snapshot().byId.get(target);
    assert(
      message !== undefined,
      "what an edit leaves out is not known of a message that is not here",
    );
    const { text, mentions, attachments } = message.kind === "live" ? message : NO_CONTENT;
    const base = message.kind === "live" ? { baseRevision: message.revision } : {};
    return this.act("edit-message", { text, mentions, attachments, ...content, target, ...base });
  }

  /** Leaves a tombstone for everybody; `reason` is for moderators to give. */
  delete(target: MessageId, reason?: string): Offer {
    return this.act("delete-message", { target, ...(reason !== undefined && { reason }) });
  }

  /** `on: false` takes it back. */
  react(target: MessageId, emoji: string, { on = true }: { readonly on?: boolean } = {}): Offer {
    return this.act("react-to-message", { target, emoji, on });
  }

  /** Everything up to the seq, or up to the newest that is here, is read, on all of the user's devices. */
  markRead(upTo: Seq = this.picture.snapshot().asOf): Promise<Kept | NotKept> {
    return this.#mark("read", upTo);
  }

  /** Everything after the seq is unread again; 0: everything. */
  markUnread(after: Seq | 0): Promise<Kept | NotKept> {
    return this.#mark("unread", seq(after));
  }

  /** Which messages the user wants to be told of. */
  notify(level: NotifyLevel): Promise<Kept | NotKept> {
    return this.#workshop.outbox.notify(this.id, level);
  }

  /** The user types, or stopped: call it with every key. It is said now and then, and lost if it can't be. */
  isTyping(on = true): void {
    const now = this.#workshop.timing.now();
    if (on && now - this.#saidTypingAt < TYPING_MS) return;
    if (!on && this.#saidTypingAt === -Infinity) return;
    this.#saidTypingAt = on ? now : -Infinity;
    void this.#workshop.server.typing({ discussion: this.id, on });
  }

  override release(): void {
    super.release();
    this.#group?.release();
  }

  protected override draw(): DiscussionPicture {
    const drawing = this.drawing;
    return drawing === null ? LOADING : drawDiscussion({ ...drawing, group: this.#groupState() });
  }

  protected override judge(draft: DiscussionActs): CanDo {
    const drawing = this.drawing;
    return drawing === null ? { kind: "unknown" } : can({ ...drawing, group: this.#groupState() }, draft);
  }

  /** Which group it is becomes known with the discussion's state. */
  #groupState(): GroupState | undefined {
    const state = this.held?.state;
    if (this.#group === null && state?.kind === "discussion") {
      this.#group = this.#workshop.hold(state.group);
      this.follow(this.#group.view);
    }
    const group = this.#group?.view.snapshot()?.held;
    return group?.state?.kind === "group" && !group.isToBeOpenedAnew ? group.state : undefined;
  }

  /**
   * What follows a seq, or the first part of it; null: nothing does, or it can't be read now. After much at once only the newest is here, and
   * what lies before it is read first: backwards, to be kept, if it is little. Much is gone through from its beginning, since what
   * is held in memory has an end, and loses at its beginning what is read there while new events come. So each part ends further on.
   */
  async #after(after: Seq | 0): Promise<Part | null> {
    while (this.picture.snapshot().hasOlder && this.held !== null && this.held.from > after + 1) {
      if (this.held.from - after > MOST_TO_KEEP) return await this.#passing(after);
      const read = await this.older();
      if (read === "whole") break;
      if (read !== "more") return null;
    }
    const { asOf, messages } = this.picture.snapshot();
    // A draft of the user's has no seq yet.
    const isNew = (message: PictureMessage) => message.seq > after && message.seq <= asOf;
    return asOf > after ? { upTo: asOf, messages: messages.filter(isNew) } : null;
  }

  async #passing(after: Seq | 0): Promise<Part | null> {
    const items = await this.page(seq(after + 1));
    const [newest, drawing] = [items?.at(-1), this.drawing];
    if (items === null || newest === undefined || drawing === null) return null;
    return { upTo: lastSeq(newest), messages: messagesIn(items, drawing) };
  }

  #mark(type: "read" | "unread", at: Seq): Promise<Kept | NotKept> {
    return this.#workshop.outbox.mark({ type, discussion: this.id, seq: at }, this.#workshop.mark(this.id));
  }
}
