/** Whether the users on whom an adding was decided were as it says (FACT1, BLK1, USR4). @module */
import { idToUuid, isUserStream, type LogEvent, type Seq, type ShardNumber, shardOf, type UserId } from "@gatz/domain";
import { eventOf, type EventRow } from "../shard/codec.ts";
import type { CauseOptions } from "./causes.ts";
import { LookUps } from "./elsewhere.ts";

/** An event, and a user's stream as it was read for it. */
interface Read {
  readonly event: LogEvent;
  readonly user: UserId;
  readonly seq: Seq;
}

/** Checks that their streams had got as far as was read, and that nothing there was against it by then. */
export class UsersThenCheck {
  readonly #reads: LookUps<Read>;
  readonly #options: CauseOptions;

  constructor(options: CauseOptions) {
    this.#options = options;
    this.#reads = new LookUps((where, reads) => this.#check(where, reads));
  }

  async take(event: LogEvent): Promise<void> {
    for (const { stream, seq } of event.decided.basis ?? []) {
      if (isUserStream(stream)) await this.#reads.add(shardOf(stream), { event, user: stream, seq });
    }
  }

  async finish(): Promise<void> {
    await this.#reads.flush();
  }

  async #check(where: ShardNumber, reads: readonly Read[]): Promise<void> {
    const { logs } = this.#options;
    const users = [...new Set(reads.map(({ user }) => user))];
    const [heads, rows] = await Promise.all([logs.heads(where, users), logs.accountEvents(where, users)]);
    if (heads === null || rows === null) return;
    const said = Map.groupBy(rows.flatMap(readable), ({ stream }) => stream);
    for (const read of reads) {
      const head = heads.get(idToUuid(read.user)) ?? 0;
      if (head < read.seq) this.#report(read, { expected: { seq: read.seq }, found: { seq: head } });
      const against = whatIsAgainst(read, said.get(read.user) ?? []);
      if (against !== null) this.#report(read, { expected: "nothing against it", found: against });
    }
  }

  #report({ event, user }: Read, { expected, found }: { expected: Json; found: Json }): void {
    const { shard, report } = this.#options;
    const what = `${user}, on whom ${event.type} ${event.id} was decided`;
    report({ shard, stream: event.stream, check: "authority", what, expected, found });
  }
}

/** What is no event is reported where its own log is verified. */
function readable(row: EventRow): LogEvent[] {
  try {
    return [eventOf(row)];
  } catch (error) {
    if (error instanceof Error) return [];
    throw error;
  }
}

type Json = string | { readonly seq: number };

/** What a user's stream had said by then against whoever acted, or against any adding; null: nothing. */
function whatIsAgainst({ event, seq }: Read, said: readonly LogEvent[]): string | null {
  let isBlocked = false;
  for (const own of said) {
    if (own.seq > seq) break;
    if (own.type === "end-account") return "their account was over";
    if (own.type !== "block-user" && own.type !== "unblock-user") continue;
    if (own.body.user === event.actor) isBlocked = own.type === "block-user";
  }
  return isBlocked ? `they blocked ${event.actor}` : null;
}
