/** Outboxes of one store with a server that a test plays, on time that passes when it says so. @module */
import {
  type Draft,
  type Incarnation,
  incarnation,
  makeId,
  type Outcome,
  type Seq,
  seq,
  shardNumber,
  type StreamId,
  type TypedId,
  unixMs,
} from "@gatz/domain";
import type { OutboxLimits } from "../../src/outbox/contract.ts";
import { DurableOutbox } from "../../src/outbox/durable_outbox.ts";
import type { Offered, Server } from "../../src/server/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { Memory, memoryStore } from "../../src/store/memory.ts";
import type { Trouble } from "../../src/trouble.ts";
import { VirtualTime } from "../virtual_time.ts";

let made = 0;
function id<P extends "grp" | "disc" | "msg" | "evt" | "user">(prefix: P, shard: number): TypedId<P> {
  const random = new Uint8Array(8);
  new DataView(random.buffer).setUint32(4, ++made);
  return makeId(prefix, { shard: shardNumber(shard), unixMs: 0, random });
}
export const aDiscussion = (shard = 1) => id("disc", shard);
export const aGroup = (shard = 1) => id("grp", shard);
export const aUser = (shard = 1) => id("user", shard);
export const anEvent = (shard = 1) => id("evt", shard);

export function saying(stream: TypedId<"disc">, { text = "hello", shard = 1 } = {}): Draft {
  const body = { text, mentions: [], attachments: [] };
  return { stream, id: id("msg", shard), type: "new-message", version: 1, body };
}

/** What becomes of a bundle: so many are taken, and then it ends with this; or all of it, if nothing is said. */
type Played = { readonly taken: number; readonly end: Outcome } | Trouble | undefined;
export type Play = (drafts: readonly Draft[]) => Played | Promise<Played>;

export class OutboxStage {
  readonly time = new VirtualTime();
  readonly memory = new Memory();
  /** Bundles that came in: when, and what. */
  readonly offered: { readonly at: number; readonly stream: StreamId; readonly drafts: readonly Draft[] }[] = [];
  /** By stream, in order. */
  readonly logs = new Map<StreamId, Draft[]>();
  life: Incarnation = incarnation("one");
  play: Play = () => undefined;
  readonly #start = this.time.now();
  readonly #open: { readonly outbox: DurableOutbox; readonly store: Store }[] = [];

  tab(
    { limits = {}, store = memoryStore({ memory: this.memory }) }: { limits?: Partial<OutboxLimits>; store?: Store } =
      {},
  ) {
    const never = () => {
      throw new Error("no marks here");
    };
    const offer: Server["offer"] = (stream, drafts) => this.#answer(stream, drafts);
    const onBug = (bug: unknown) => {
      throw bug;
    };
    const server = { offer, mark: never, markUnread: never, notify: never };
    const outbox = new DurableOutbox({ store, server, timing: this.time, onBug, limits });
    this.#open.push({ outbox, store });
    return outbox;
  }

  /** A tab that is connected. */
  async live(options: { limits?: Partial<OutboxLimits>; store?: Store } = {}): Promise<DurableOutbox> {
    const outbox = this.tab(options);
    await outbox.loaded;
    outbox.incarnation(this.life);
    outbox.connected(true);
    await this.time.settle();
    return outbox;
  }

  /** The ids of the bundles that came in, in order. */
  get bundles(): readonly (readonly string[])[] {
    return this.offered.map(({ drafts }) => drafts.map(({ id }) => id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { outbox, store } of this.#open) {
      await outbox.close();
      await store.close();
    }
  }

  async #answer(stream: StreamId, drafts: readonly Draft[]): Promise<Offered | Trouble> {
    this.offered.push({ at: this.time.now() - this.#start, stream, drafts });
    const played = await this.play(drafts);
    if (played !== undefined && "kind" in played) return played;
    const outcomes = drafts.slice(0, played?.taken).map((draft) => this.#take(draft));
    return { incarnation: this.life, outcomes: played === undefined ? outcomes : [...outcomes, played.end] };
  }

  #take(draft: Draft): Outcome {
    const log = this.logs.get(draft.stream) ?? [];
    this.logs.set(draft.stream, log);
    const known = log.findIndex(({ id }) => id === draft.id);
    if (known < 0) log.push(draft);
    const at: Seq = seq(known < 0 ? log.length : known + 1);
    return { kind: known < 0 ? "accepted" : "duplicate", id: draft.id, seq: at, at: unixMs(1) };
  }
}
