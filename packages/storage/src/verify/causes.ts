/** Whether what gatz did itself answers something in another stream. @module */
import { deriveId, idToUuid, type LogEvent, seq, type ShardNumber, shardOf, type UserId } from "@gatz/domain";
import { eventOfCode } from "../schema/codes.ts";
import { eventId } from "../shard/codec.ts";
import { type CauseRow, LookUps, type OtherLogs, type Place } from "./elsewhere.ts";
import type { Report } from "./problem.ts";

export interface CauseOptions {
  shard: ShardNumber;
  logs: OtherLogs;
  report: Report;
}

/** Checks that what gatz did itself answers an event that exists. */
export class CauseCheck {
  readonly #byPlace: LookUps<{ event: LogEvent; cause: Place }>;
  readonly #byUser: LookUps<{ event: LogEvent; user: UserId }>;
  readonly #options: Pick<CauseOptions, "shard" | "report">;

  constructor(options: CauseOptions) {
    const { logs } = options;
    this.#options = options;
    this.#byPlace = new LookUps(async (shard, asked) => {
      const rows = await logs.eventsAt(shard, asked.map(({ cause }) => cause));
      if (rows === null) return;
      const found = Map.groupBy(rows, (row) => `${row.stream} ${row.seq}`);
      for (const { event, cause: { stream, seq } } of asked) {
        this.#match(event, found.get(`${idToUuid(stream)} ${seq}`) ?? []);
      }
    });
    // A removal or an erasure names the user; which event of the user's stream gave it, its id tells.
    this.#byUser = new LookUps(async (shard, asked) => {
      const rows = await logs.removersOf(shard, [...new Set(asked.map(({ user }) => user))]);
      if (rows === null) return;
      const found = Map.groupBy(rows, (row) => row.stream);
      for (const { event, user } of asked) this.#match(event, found.get(idToUuid(user)) ?? []);
    });
  }

  async take(event: LogEvent): Promise<void> {
    if (event.actor !== "system") return;
    const caused = causeOf(event);
    if (caused === null) this.#reportMissing(event);
    else if ("user" in caused) await this.#byUser.add(shardOf(caused.user), { event, user: caused.user });
    else await this.#byPlace.add(shardOf(caused.stream), { event, cause: caused });
  }

  async finish(): Promise<void> {
    await this.#byPlace.flush();
    await this.#byUser.flush();
  }

  #match(event: LogEvent, causes: readonly CauseRow[]): void {
    const to = event.stream;
    const answers = causes.some(({ id, type }) => {
      const cause = eventId(eventOfCode(type).type, id);
      return deriveId("evt", shardOf(to), "effect", cause, event.type, to) === event.id;
    });
    if (!answers) this.#reportMissing(event);
  }

  #reportMissing(event: LogEvent): void {
    const { shard, report } = this.#options;
    const what = `${event.type} ${event.id} by system`;
    report({
      shard,
      stream: event.stream,
      check: "cause",
      what,
      expected: "an event that has this effect",
      found: null,
    });
  }
}

/** Where the cause of an event should be: at a place, or somewhere in a user's stream. */
function causeOf(event: LogEvent): Place | { user: UserId } | null {
  switch (event.type) {
    case "added-to":
    case "removed-from":
      return { stream: event.body.stream, seq: event.body.seq };
    case "left-group":
      return { stream: event.body.group, seq: event.body.groupSeq };
    case "discussion-open":
    case "continued":
      return { stream: event.body.discussion, seq: seq(1) };
    case "remove-member":
      return { user: event.body.user };
    case "expunge":
      return { user: event.body.author };
    default:
      return null;
  }
}
