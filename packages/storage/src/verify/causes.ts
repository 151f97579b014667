/** Whether what an event refers to in other streams is there: the cause of what gatz did itself, the users it was decided on. @module */
import {
  deriveId,
  idToUuid,
  isUserStream,
  type LogEvent,
  type Seq,
  type ShardNumber,
  shardOf,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import { EVENT_CODES, eventOfCode } from "../schema/codes.ts";
import { eventId } from "../shard/codec.ts";
import { type Elsewhere, LookUps } from "./elsewhere.ts";
import type { Report } from "./problem.ts";

export interface CauseOptions {
  shard: ShardNumber;
  elsewhere: Elsewhere;
  report: Report;
}

/** Checks that the users on whom an adding was decided (FACT1) had got as far as it says. */
export class UsersThenCheck {
  readonly #users: LookUps<{ event: LogEvent; user: UserId; seq: Seq }>;

  constructor({ shard, elsewhere, report }: CauseOptions) {
    this.#users = new LookUps(elsewhere, async ({ sql, schema }, asked) => {
      const ids = asked.map(({ user }) => idToUuid(user));
      const rows = await sql<{ stream: string; head: number }[]>`
        select stream, max(seq) as head from ${sql(schema)}.events where stream = any(${ids}::uuid[]) group by stream`;
      const heads = new Map(rows.map((row) => [row.stream, row.head]));
      for (const { event, user, seq } of asked) {
        const head = heads.get(idToUuid(user)) ?? 0;
        if (head >= seq) continue;
        const what = `${user}, on whom ${event.type} ${event.id} was decided`;
        report({ shard, stream: event.stream, check: "authority", what, expected: { seq }, found: { seq: head } });
      }
    });
  }

  async take(event: LogEvent): Promise<void> {
    for (const { stream, seq } of event.decided.basis ?? []) {
      if (isUserStream(stream)) await this.#users.add(shardOf(stream), { event, user: stream, seq });
    }
  }

  async finish(): Promise<void> {
    await this.#users.flush();
  }
}

/** Checks that what gatz did itself answers an event that exists. */
export class CauseCheck {
  readonly #byPlace: LookUps<Caused>;
  readonly #byUser: LookUps<Caused>;
  readonly #options: Pick<CauseOptions, "shard" | "report">;

  constructor(options: CauseOptions) {
    this.#options = options;
    this.#byPlace = new LookUps(options.elsewhere, (q, asked) => this.#lookUpPlaces(q, asked));
    this.#byUser = new LookUps(options.elsewhere, (q, asked) => this.#lookUpUsers(q, asked));
  }

  async take(event: LogEvent): Promise<void> {
    if (event.actor !== "system") return;
    const caused = causeOf(event);
    if (caused === null) this.#reportMissing(event);
    else await (caused.seq === undefined ? this.#byUser : this.#byPlace).add(shardOf(caused.cause), caused);
  }

  async finish(): Promise<void> {
    await this.#byPlace.flush();
    await this.#byUser.flush();
  }

  async #lookUpPlaces({ sql, schema }: Queryable, asked: readonly Caused[]): Promise<void> {
    const streams = asked.map(({ cause }) => idToUuid(cause));
    const seqs = asked.map(({ seq }) => seq ?? 0);
    const rows = await sql<CauseRow[]>`
      select e.stream, e.seq, e.id, e.type
      from unnest(${streams}::uuid[], ${seqs}::int[]) as cause(stream, seq)
      join ${sql(schema)}.events e on e.stream = cause.stream and e.seq = cause.seq`;
    const found = Map.groupBy(rows, (row) => `${row.stream} ${row.seq}`);
    for (const { event, cause, seq } of asked) this.#match(event, found.get(`${idToUuid(cause)} ${seq}`) ?? []);
  }

  // A removal names the user and the add that it answers; which event of the user's stream gave it, its id tells.
  async #lookUpUsers({ sql, schema }: Queryable, asked: readonly Caused[]): Promise<void> {
    const users = [...new Set(asked.map(({ cause }) => idToUuid(cause)))];
    const types = [EVENT_CODES.user["added-to"], EVENT_CODES.user["left-group"]];
    const rows = await sql<CauseRow[]>`
      select stream, seq, id, type from ${sql(schema)}.events
      where stream = any(${users}::uuid[]) and type = any(${types}::smallint[])`;
    const found = Map.groupBy(rows, (row) => row.stream);
    for (const { event, cause } of asked) this.#match(event, found.get(idToUuid(cause)) ?? []);
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

/** Where the cause of an event should be: in that stream, at that seq if the event names it. */
interface Caused {
  event: LogEvent;
  cause: StreamId;
  seq?: Seq;
}

interface CauseRow {
  stream: string;
  seq: number;
  id: string;
  type: number;
}

function causeOf(event: LogEvent): Caused | null {
  switch (event.type) {
    case "added-to":
    case "removed-from":
      return { event, cause: event.body.stream, seq: event.body.seq };
    case "left-group":
      return { event, cause: event.body.group, seq: event.body.groupSeq };
    case "remove-member":
      return { event, cause: event.body.user };
    default:
      return null;
  }
}
