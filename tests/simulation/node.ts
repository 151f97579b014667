/** A node of a simulation: the real storage, hub and feeds on simulated servers, and what a client may ask over a wire. */
import {
  assert,
  type DiscussionId,
  type FeedItem,
  type Outcome,
  type PersonalChange,
  type Proposal,
  rev,
  type Seq,
  seq,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import { type Forward, ShardUnavailable, type Storage } from "@gatz/storage/contract";
import type { UserContext } from "../../apps/server/src/context.ts";
import { ApiError } from "../../apps/server/src/errors.ts";
import type { LiveParts } from "../../apps/server/src/live/feed.ts";
import { createHub } from "../../apps/server/src/live/hub.ts";
import { inboxFeed, type InboxInput } from "../../apps/server/src/live/inbox_feed.ts";
import { Traffic } from "../../apps/server/src/live/traffic.ts";
import { setOne } from "../../apps/server/src/personal.ts";
import { readLogPage } from "../../apps/server/src/views/log_page.ts";
import { seenDiscussion, seenGroup } from "../../apps/server/src/views/seen.ts";
import { isDiscussionStream, isGroupStream } from "@gatz/domain";
import { assembleStorage } from "../../packages/storage/src/assemble.ts";
import type { Chance } from "./chance.ts";
import type { PlainMark } from "./history.ts";
import { LIMITS } from "./limits.ts";
import { NodeApi } from "./node_api.ts";
import { SimBackend, type SimBackendOptions } from "./postgres/sim_backend.ts";
import type { Wire } from "./wire.ts";

const DIGEST_KEY = new Uint8Array(32).fill(7);
const PAGE = 50;
const LEAVE_MS = 1_000;

export interface NodeOptions extends Pick<SimBackendOptions, "servers" | "incarnation"> {
  readonly name: string;
  readonly chance: Chance;
  /** Takes an offer to another node. */
  readonly forward: Forward;
  readonly report: (what: string, details: Readonly<Record<string, unknown>>) => void;
}

/** A page of the log, or that it can't be had now, or never. */
export type PageAnswer = { readonly items: readonly FeedItem[]; readonly asOf: Seq } | "later" | "never";

/** As a client says it. */
export interface MarkWish {
  readonly type: "read" | "unread";
  readonly discussion: DiscussionId;
  readonly seq: number;
  readonly epoch: number | undefined;
}

export interface Frame {
  readonly cursor: string;
  readonly items: readonly FeedItem[];
}

export class SimNode {
  readonly name: string;
  readonly backend: SimBackend;
  readonly storage: Storage;
  readonly api: NodeApi;
  readonly #live: LiveParts;
  readonly #wires = new Set<Wire>();
  readonly #gone = new AbortController();

  private constructor({ name, backend, storage, live, api }: {
    name: string;
    backend: SimBackend;
    storage: Storage;
    live: LiveParts;
    api: NodeApi;
  }) {
    this.name = name;
    this.api = api;
    this.backend = backend;
    this.storage = storage;
    this.#live = live;
  }

  static async start({ name, servers, incarnation, chance, forward, report }: NodeOptions): Promise<SimNode> {
    const backend = new SimBackend({ servers, incarnation, limits: LIMITS, chance });
    const storage = await assembleStorage({
      backend,
      limits: LIMITS,
      digestKey: DIGEST_KEY,
      options: { report, random: chance.next, node: name },
    });
    storage.join({ url: name, forward });
    const now = () => performance.now();
    const traffic = new Traffic();
    const api = new NodeApi(storage, { live: () => live, random: chance.next });
    const hub = createHub({ source: storage, traffic, now, onHanded: api.onHanded });
    const live = { hub, traffic, source: storage, limits: LIMITS, now, random: chance.next };
    return new SimNode({ name, backend, storage, live, api });
  }

  get isRunning(): boolean {
    return !this.#gone.signal.aborted;
  }

  /** Aborted when it is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** As at a kill -9: nobody hears of it any more, and it reaches nobody. Resolves when nothing of it is left. */
  async kill(): Promise<void> {
    for (const link of this.backend.links) link.set("cut");
    await this.#end();
  }

  /** As at a SIGTERM: gives its shards up, while reads and feeds go on, and ends then. */
  async stop(): Promise<void> {
    await this.storage.leave({ withinMs: LEAVE_MS });
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#gone.abort();
    for (const wire of this.#wires) wire.cut();
    await Promise.all([this.storage.close(), this.#live.hub.stop()]);
  }

  accept(wire: Wire): void {
    this.#wires.add(wire);
    wire.closed.addEventListener("abort", () => this.#wires.delete(wire), { once: true });
  }

  /** As `log.offer`. */
  async offer(proposals: readonly Proposal[]): Promise<readonly Outcome[]> {
    const [first] = proposals;
    if (first === undefined) return [];
    const answered = this.storage.offer(first.stream, proposals, { deadlineMs: LIMITS.callDeadlineMs });
    this.#checkBounds();
    return await answered;
  }

  #checkBounds(): void {
    for (const [shard, { queuedDrafts, queuedBytes }] of this.storage.readings().shards) {
      if (queuedDrafts <= LIMITS.queueDrafts && queuedBytes <= LIMITS.queueBytes) continue;
      throw new Error(`[SHARD2] ${queuedDrafts} drafts of ${queuedBytes} bytes wait for shard ${shard}`);
    }
  }

  /** As `log.read`. */
  async read(viewer: UserId, { stream, fromSeq }: { stream: StreamId; fromSeq: Seq }): Promise<PageAnswer> {
    try {
      const seen = await this.#seen(viewer, stream);
      return seen === null ? "never" : await readLogPage(this.storage, { viewer, ...seen, fromSeq, limit: PAGE });
    } catch (error) {
      if (error instanceof ShardUnavailable) return "later";
      if (error instanceof ApiError && error.apiCode === "NotFound") return "never";
      throw error;
    }
  }

  /** As `reads.mark` and `reads.markUnread`. */
  async mark(user: UserId, { seq: at, ...wish }: MarkWish): Promise<PlainMark | "later" | "never"> {
    // Of what a call is handed only this is looked at.
    const context = {
      services: { storage: this.storage, rates: { payMarks() {} }, config: { limits: LIMITS } },
      session: { user },
    } as unknown as UserContext;
    try {
      return markOf(await setOne(context, { ...wish, seq: seq(at) }));
    } catch (error) {
      if (error instanceof ShardUnavailable) return "later";
      if (error instanceof ApiError && error.apiCode === "NotFound") return "never";
      throw error;
    }
  }

  /** As `reads.get`, of all. */
  async marks(user: UserId): Promise<readonly PlainMark[] | "later"> {
    try {
      return (await this.storage.personalSince(user, rev(0), PAGE)).changes.map(markOf);
    } catch (error) {
      if (error instanceof ShardUnavailable) return "later";
      throw error;
    }
  }

  /** As `live.inbox`: each frame goes down the wire as text. `ended` is told what a failed feed says. */
  async subscribe(
    wire: Wire,
    { user, input, signal, take, ended }: {
      user: UserId;
      input: InboxInput;
      /** Aborted when nobody wants it any more. */
      signal: AbortSignal;
      take: (frame: Frame) => void;
      ended: (error: unknown) => void;
    },
  ): Promise<void> {
    try {
      const feed = inboxFeed(this.#live, { user, input, connection: wire, signal });
      for await (const [cursor, frame] of feed) {
        const text = JSON.stringify(frame.items);
        wire.toClient(() => take({ cursor, items: JSON.parse(text) }));
      }
    } catch (error) {
      wire.toClient(() => ended(error));
    }
  }

  async #seen(viewer: UserId, stream: StreamId) {
    if (isDiscussionStream(stream)) return await seenDiscussion(this.storage, { viewer, discussion: stream });
    if (isGroupStream(stream)) return await seenGroup(this.storage, { viewer, group: stream });
    const state = stream === viewer ? await this.storage.state(stream) : null;
    return state && { state, ranges: [{ from: seq(1), to: state.seq }] };
  }
}

function markOf(change: PersonalChange): PlainMark {
  assert(change.type === "read", "nobody sets anything else here");
  const { discussion, epoch, seq, rev } = change;
  return { discussion, epoch, seq, rev };
}
