/** A scripted server as far away as a test says: what is asked in one round trip is answered in it, and not before. @module */
import { type DiscussionId, isDiscussionStream, type LogEvent, seq, uuidToId } from "@gatz/domain";
import { isTrouble } from "../src/server/contract.ts";
import { rowOf } from "./list_kit.ts";
import { ALICE, item, ScriptedServer } from "./scripted_server.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** Its user is in all discussions that there are. */
export class FarServer extends ScriptedServer {
  /** How many round trips there were. */
  trips = 0;
  #trip = Promise.withResolvers<void>();
  /** All events, in order: a cursor says how many of them are behind it. */
  readonly #said: LogEvent[] = [];

  constructor() {
    super(ALICE);
    const id = uuidToId("evt", "0198c0de-0000-7003-8000-00000000a11c");
    this.write(ALICE, { stream: ALICE, id, type: "register", version: 1, body: { handle: "alice", name: "Alice" } });
  }

  override gate = () => this.#trip.promise;

  /** What was asked so far is answered, and what was followed brings what was missed; then whatever that leads to has been asked. */
  async trip(time: VirtualTime): Promise<void> {
    this.trips++;
    const followed = [...this.feeds];
    this.#trip.resolve();
    this.#trip = Promise.withResolvers();
    await time.settle();
    for (const feed of followed) {
      const missed = this.#said.slice(Number(feed.cursor ?? this.#said.length)).map(item);
      feed.frame({ cursor: this.#cursor, items: [...missed, { type: "live", incarnation: this.life, heads: [] }] });
    }
    await time.settle();
  }

  protected override onWritten(event: LogEvent): void {
    this.#said.push(event);
  }

  override async discussions() {
    const rows = [...this.logs].flatMap(([stream, log]) => isDiscussionStream(stream) ? [listed(stream, log)] : []);
    const asOf = this.#cursor;
    const page = await super.discussions();
    return isTrouble(page) ? page : { ...page, asOf, rows };
  }

  get #cursor(): string {
    return String(this.#said.length);
  }
}

const listed = (stream: DiscussionId, log: readonly LogEvent[]) =>
  rowOf(stream, { head: seq(log.length), mark: { epoch: 0, seq: seq(log.length) }, unread: { count: 0, more: false } });
