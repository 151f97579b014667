/** packages/client's own replica of a discussion, fed over a line as over the real client's socket. */
import { type DiscussionId, type MessageState, type Seq } from "@gatz/domain";
import { DiscussionReplica } from "../../packages/client/src/discussion_replica.ts";
import type { DiscussionSource, FeedHandlers } from "../../packages/client/src/discussion_source.ts";
import { backOff, type Timing } from "../../packages/client/src/timing.ts";
import { CUT, type Trouble } from "../../packages/client/src/trouble.ts";
import { ApiError } from "../../apps/server/src/errors.ts";
import { pause } from "../../apps/server/src/live/pause.ts";
import type { Chance } from "./chance.ts";
import type { ReplicaRecord, ShownMessage } from "./history.ts";
import type { Line, Open } from "./line.ts";
import type { Frame } from "./node.ts";
import type { World } from "./world.ts";

const DEEDS = { send: 6, edit: 2, delete: 0.5, react: 2 } as const;
const LATER: Trouble = { kind: "trouble", again: true, problem: null, retryAfterMs: 100 };
const NEVER: Trouble = { kind: "trouble", again: false, problem: "not found", retryAfterMs: 0 };

/** Somebody who looks at one discussion, and writes there. */
export class Reader {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #talk: DiscussionId;
  readonly #line: Line;
  readonly #replica: DiscussionReplica;

  constructor(world: World, line: Line, talk: DiscussionId) {
    this.#world = world;
    this.#talk = talk;
    this.#line = line;
    this.#chance = world.chance.fork(`reader ${line.user}`);
    const timing: Timing = {
      now: () => Date.now(),
      wait: pause,
      retryDelayMs: (attempt) => backOff(attempt, { firstMs: 50, lastMs: 1_000, random: this.#chance.next }),
    };
    const source = new LineSource(line, talk);
    this.#replica = new DiscussionReplica({ source, discussion: talk, viewer: line.user, timing });
  }

  async run(): Promise<void> {
    while (this.#world.phase === "active") {
      await this.#world.time.sleep(this.#chance.between(20, 500));
      this.#do(this.#chance.weighted(DEEDS));
    }
  }

  /** Whether all that was written has its outcome. */
  get isIdle(): boolean {
    return this.#replica.picture().pending.size === 0;
  }

  record(): ReplicaRecord {
    const { messages, problem } = this.#replica.picture();
    return { user: this.#line.user, stream: this.#talk, problem, messages: messages.map(plain) };
  }

  close(): void {
    this.#replica.close();
  }

  #do(deed: keyof typeof DEEDS): void {
    if (deed === "send") return this.#replica.send({ text: `r ${this.#world.time.now.toFixed()}` });
    const live = this.#replica.picture().messages.filter((message) => message.kind === "live");
    if (live.length === 0) return;
    const message = this.#chance.of(live);
    if (deed === "edit") this.#replica.edit(message, { text: `e ${this.#world.time.now.toFixed()}` });
    else if (deed === "delete") this.#replica.delete(message);
    else this.#replica.react(message, { emoji: "👍", on: this.#chance.happens(0.7) });
  }
}

function plain(message: MessageState): ShownMessage {
  const { id, revision } = message;
  if (message.kind === "deleted") return { id, revision, text: null, reactions: [] };
  const reactions = message.reactions.map(({ emoji, user }) => `${emoji} ${user}`).sort();
  return { id, revision, text: message.text, reactions };
}

/** A subscription outlives its connection, as with tRPC's own: it is made again with its first input and the last cursor. */
class LineSource implements DiscussionSource {
  readonly #line: Line;
  readonly #talk: DiscussionId;

  constructor(line: Line, talk: DiscussionId) {
    this.#line = line;
    this.#talk = talk;
  }

  follow(fromSeq: Seq, on: FeedHandlers): { unsubscribe(): void } {
    const stop = new AbortController();
    let lastEventId: string | undefined;
    const end = this.#line.onOpen(({ node, wire }: Open) => {
      on.connected(true);
      wire.closed.addEventListener("abort", () => stop.signal.aborted || on.connected(false), { once: true });
      const take = (frame: Frame) => {
        if (stop.signal.aborted) return;
        lastEventId = frame.cursor;
        on.items(frame.items);
      };
      const ended = (error: unknown) => {
        if (stop.signal.aborted) return;
        stop.abort();
        end();
        on.ended(error instanceof ApiError && error.apiCode === "NotFound" ? NEVER : LATER);
      };
      const input = { stream: this.#talk, fromSeq, ...(lastEventId === undefined ? {} : { lastEventId }) };
      const signal = AbortSignal.any([wire.closed, stop.signal]);
      wire.toNode(() => void node.subscribe(wire, { user: this.#line.user, input, signal, take, ended }));
    });
    return {
      unsubscribe: () => {
        stop.abort();
        end();
      },
    };
  }

  async read(fromSeq: Seq) {
    const page = await this.#line.page(this.#talk, { fromSeq });
    if (page === null) return CUT;
    if (page === "later") return LATER;
    return page === "never" ? NEVER : page.items;
  }

  async offer(draft: Parameters<DiscussionSource["offer"]>[0]) {
    const outcomes = await this.#line.offer([{ ...draft, actor: this.#line.user }]);
    return outcomes?.[0] ?? CUT;
  }
}
