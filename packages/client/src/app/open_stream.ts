/** What is common to whatever an app has open: a stream that is held, with the user's drafts on top. @module */
import {
  type AnyEventId,
  type CanDo,
  type DiscussionId,
  type DomainLimits,
  type Draft,
  type GroupId,
  type RejectionCode,
  type Seq,
  seq,
  shardOf,
  type StreamId,
  unixMs,
  type UserId,
  type UserState,
} from "@gatz/domain";
import type { Observable } from "../observable.ts";
import type { Offer, Outbox, PendingDraft } from "../outbox/contract.ts";
import { isTrouble, type LogItem, type Server } from "../server/contract.ts";
import type { HeldStream } from "../stream/held_stream.ts";
import { stateHash } from "../stream/state_hash.ts";
import type { Held } from "../sync/held.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";
import { type BodyOf, draftOf, type Saying } from "./acts.ts";
import type { NewId } from "./new_ids.ts";
import { Redrawn } from "./redrawn.ts";

/** What everything that is open works with. */
export interface Workshop {
  readonly outbox: Outbox;
  readonly server: Pick<Server, "hash" | "typing">;
  readonly timing: Timing;
  readonly limits: () => DomainLimits;
  /** The user's own stream, with what they have just done to it. */
  readonly self: Observable<UserState | null>;
  /** Whom they block, as it was last known. */
  readonly blocks: () => ReadonlySet<UserId> | null;
  readonly hold: (stream: StreamId) => Held;
  readonly newId: NewId;
}

/** Whether client and server hold the same. Compared at the client's head, over the newest messages that it holds. */
export interface HashCheck {
  readonly seq: Seq;
  /** How many of the newest messages are in it. */
  readonly messages: number;
  /** SHA-256, as hexadecimal digits. */
  readonly mine: string;
  readonly servers: string;
}

const NONE: readonly PendingDraft[] = [];
/** Of what an app has opened before it is known whose client it is. */
export const NOTHING_HELD = {
  ...{ status: "loading", asOf: seq(0), isBehind: true, drafts: new Set<AnyEventId>() } as const,
  doomed: new Map<AnyEventId, RejectionCode>(),
};
/** No more than the server takes into a hash. */
const HASHED_MESSAGES = 100;

export abstract class OpenStream<S extends DiscussionId | GroupId, D extends Draft, P> {
  readonly #workshop: Workshop;
  readonly #held: Held;
  readonly #picture: Redrawn<P>;
  /** Its owner's. */
  onRelease: () => void = () => {};

  constructor(readonly id: S, workshop: Workshop) {
    this.#workshop = workshop;
    this.#held = workshop.hold(id);
    this.#picture = new Redrawn(() => this.draw());
    for (const part of [this.#held.view, workshop.outbox.pending, workshop.self]) this.#picture.follow(part);
  }

  /** What there is to show: what is confirmed, and on top of it what the user has done and nobody has answered yet. */
  get picture(): Observable<P> {
    return this.#picture;
  }

  protected abstract draw(): P;
  protected abstract judge(draft: D): CanDo;

  /**
   * Does it: shows at once, is kept in the store, and is offered until it has its outcome. What is refused is taken back, and told by
   * the outcome and in `refused`.
   */
  act<T extends D["type"]>(type: T, ...[body = {} as BodyOf<D, T>]: Saying<D, T>): Offer {
    return this.#workshop.outbox.add(this.draft(type, body));
  }

  /** What doing it would be answered, as far as can be told from here: the server's own codes, or `unknown`. */
  canDo<T extends D["type"]>(type: T, ...[body = {} as BodyOf<D, T>]: Saying<D, T>): CanDo {
    return this.judge(this.draft(type, body));
  }

  /** Older messages, or other events. `whole`: there are none. Null: nothing is here yet to which they are older. */
  older(): Promise<"more" | "whole" | Trouble | null> {
    return this.#held.older();
  }

  /** Asks the server for its hash of what is held here (see docs/protocol.md); null: nothing is held. */
  async checkHash(): Promise<HashCheck | Trouble | null> {
    const { server } = this.#workshop;
    const { held } = this;
    if (held === null || held.state === null) return null;
    const at = held.head;
    const messages = Math.min(held.messages.length, HASHED_MESSAGES);
    const mine = stateHash({ held, messages });
    const answer = await server.hash({ stream: this.id, seq: at, messages });
    return isTrouble(answer) ? answer : { seq: at, messages, mine, servers: answer.hash };
  }

  /** It is kept current no more; what is held of it stays in the store. */
  release(): void {
    this.#picture.close();
    this.#held.release();
    this.onRelease();
  }

  protected get workshop(): Workshop {
    return this.#workshop;
  }

  protected get held(): HeldStream | null {
    return this.#held.view.snapshot()?.held ?? null;
  }

  /** A page of the log from a seq on, of which nothing is kept; null: it can't be had now. */
  protected async page(fromSeq: Seq): Promise<readonly LogItem[] | null> {
    const page = await this.#held.page(fromSeq);
    return page === null || isTrouble(page) ? null : page;
  }

  /** What the drawing needs, but for the group; null: nothing is held yet. */
  protected get drawing() {
    const { outbox, timing, limits, self, blocks } = this.#workshop;
    const view = this.#held.view.snapshot();
    if (view === null) return null;
    const { held, isMissing } = view;
    const pendingDrafts = outbox.pending.snapshot().get(this.id) ?? NONE;
    const own = { self: self.snapshot(), blocks: blocks() };
    return { held, isMissing, pendingDrafts, ...own, at: unixMs(timing.now()), limits: limits() };
  }

  protected redraw(): void {
    this.#picture.changed();
  }

  protected follow(part: Pick<Observable<unknown>, "subscribe">): void {
    this.#picture.follow(part);
  }

  protected draft<T extends D["type"]>(type: T, body: BodyOf<D, T>): Extract<D, { type: T }> {
    const id = this.#workshop.newId(type === "new-message" ? "msg" : "evt", shardOf(this.id));
    return draftOf<D, T>({ stream: this.id, id, type, body });
  }
}
