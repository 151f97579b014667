import {
  applyToMessages,
  canonicalJson,
  evolve,
  isMessageEvent,
  type LogEvent,
  type MessageId,
  type MessageState,
  type Position,
  type ShardNumber,
  shardOf,
  type StreamId,
  type StreamState,
} from "@gatz/domain";
import { eventOf } from "../shard/codec.ts";
import { expectedDigest } from "./digest.ts";
import { judgeAgain } from "./authority.ts";
import type { CauseCheck } from "./causes.ts";
import type { UsersThenCheck } from "./users_then.ts";
import type { EffectsCheck } from "./effects.ts";
import type { GroupsThen } from "./elsewhere.ts";
import { asJson, type Check, type Report } from "./problem.ts";
import type { LogRow } from "./rows_of_stream.ts";

/** What all streams of a shard are checked with. */
export interface ShardChecks {
  shard: ShardNumber;
  digestKey: Uint8Array;
  report: Report;
  /** Null: nothing is known of groups. */
  groups: GroupsThen | null;
  effects: EffectsCheck;
  causes: CauseCheck;
  users: UsersThenCheck;
}

/** Where an event that is not a message's stands: members' rows refer to it. */
export interface Milestone {
  position: number;
  at: number;
}

/** How the domain answers what it can't make sense of. */
const ON_NONSENSE = ["AssertionFailed", "TypeError", "RangeError"];

/** One stream's log, read row by row, checked and folded. */
export class LogWalk {
  /** Known from the first row that can be read. */
  stream: StreamId | undefined;
  state: StreamState | null = null;
  /** False once the log could not be folded: then nothing more is known of the stream. */
  folds = true;
  seq = 0;
  position = 0;
  at = 0;
  /** The seq of the last event that changed more than the head and the count of messages. */
  stateSeq = 0;
  /** Events other than messages', by seq. */
  readonly milestones = new Map<number, Milestone>();
  readonly messages = new Map<MessageId, MessageState>();
  readonly #checks: ShardChecks;

  constructor(checks: ShardChecks) {
    this.#checks = checks;
  }

  async take(row: LogRow): Promise<void> {
    const event = this.#read(row);
    this.stream ??= event?.stream;
    this.#checkOrder(row);
    if (event === undefined) {
      this.folds = false;
      return;
    }
    this.#checkPlace(event);
    this.#checkDigest(event, row.digest);
    if (!isMessageEvent(event)) {
      this.milestones.set(row.seq, { position: row.position, at: row.at });
    }
    if (this.folds) await this.#fold(event, row.position as Position); // a row's position is a checked one
  }

  #read(row: LogRow): LogEvent | undefined {
    try {
      return eventOf(row);
    } catch (error) {
      const what = `the row at position ${row.position}: ${String(error)}`;
      this.#report({ check: "row", what, expected: "an event", found: row.type });
      return undefined;
    }
  }

  #checkOrder({ seq, position, at }: LogRow): void {
    if (seq !== this.seq + 1) {
      this.#report({ check: "seqs", what: `the seq after ${this.seq}`, expected: this.seq + 1, found: seq });
    }
    if (position <= this.position) {
      const what = `the position of seq ${seq}`;
      this.#report({ check: "seqs", what, expected: `more than ${this.position}`, found: position });
    }
    if (at < this.at) {
      this.#report({ check: "time", what: `the time of seq ${seq}`, expected: `at least ${this.at}`, found: at });
    }
    this.seq = seq;
    this.position = Math.max(position, this.position);
    this.at = Math.max(at, this.at);
  }

  #checkPlace(event: LogEvent): void {
    const { shard } = this.#checks;
    for (const [what, id] of [["stream", event.stream], ["event", event.id]] as const) {
      const named = shardOf(id);
      if (named !== shard) this.#report({ check: "place", what: `${what} ${id}`, expected: shard, found: named });
    }
  }

  #checkDigest(event: LogEvent, digest: Uint8Array | null): void {
    const expected = expectedDigest(this.#checks.digestKey, event);
    const found = digest === null ? null : digest.toHex();
    if (found !== expected) this.#report({ check: "digest", what: `${event.type} ${event.id}`, expected, found });
  }

  async #fold(event: LogEvent, position: Position): Promise<void> {
    const { causes, users, effects, groups } = this.#checks;
    try {
      const wrong = await judgeAgain(event, { stream: this.state, messages: this.messages }, groups);
      if (wrong) {
        const { what, expected, found } = wrong;
        this.#report({ check: "authority", what, expected: asJson(expected), found: asJson(found) });
      }
      const before = this.state;
      this.state = evolve(before, event);
      if (!isMessageEvent(event) || noted(before) !== noted(this.state)) this.stateSeq = event.seq;
      applyToMessages(this.messages, event);
      await causes.take(event);
      await users.take(event);
      await effects.take(event, { state: this.state, position });
    } catch (error) {
      // The domain meets what it never would have accepted: that is a finding, not a crash.
      if (!(error instanceof Error) || !ON_NONSENSE.includes(error.name)) throw error;
      this.folds = false;
      this.#report({ check: "fold", what: `${event.type} ${event.id}`, expected: "folds", found: error.message });
    }
  }

  #report(
    problem: { check: Check; what: string; expected: ReturnType<typeof asJson>; found: ReturnType<typeof asJson> },
  ) {
    const { shard, report } = this.#checks;
    report({ shard, ...(this.stream === undefined ? {} : { stream: this.stream }), ...problem });
  }
}

/** What events of messages may change of a discussion besides: who sent when, in slow mode, and which flags are open. */
function noted(state: StreamState | null): string {
  return state?.kind === "discussion" ? canonicalJson([state.lastSent, state.flags]) : "";
}
