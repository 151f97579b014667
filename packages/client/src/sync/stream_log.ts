/** One stream's log, as it is asked for: in the lane of its shard, and for as long as the answers are wanted. @module */
import { type Seq, seq, shardOf, type StreamId } from "@gatz/domain";
import { isTrouble, type LogItem, type LogPage, type Opened, type Server } from "../server/contract.ts";
import { lastSeq } from "../stream/window.ts";
import type { Trouble } from "../trouble.ts";
import type { Lanes } from "./lanes.ts";

const PAGE_EVENTS = 500;
const OPENED_EVENTS = 200;

export interface StreamLogOptions {
  readonly stream: StreamId;
  readonly server: Pick<Server, "open" | "read">;
  readonly lanes: Lanes;
}

/** All answers: null once they are not wanted any more. */
type Answer<T> = Promise<T | Trouble | null>;

export class StreamLog {
  readonly #options: StreamLogOptions;
  /** Counts the lives of the installation that it has been in: what was asked in an earlier one is not wanted any more. */
  #life = 0;
  #isClosed = false;

  constructor(options: StreamLogOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether what is asked for now is still wanted, whenever that is looked at. */
  wanting(): () => boolean {
    const life = this.#life;
    return () => !this.#isClosed && life === this.#life;
  }

  /** What is on its way is of another life of the installation (LOG9). */
  forget(): void {
    this.#life++;
  }

  close(): void {
    this.#isClosed = true;
  }

  /** The newest part, and the state at its end. */
  open(): Answer<Opened> {
    return this.#ask((server, stream) => server.open({ stream, limit: OPENED_EVENTS }));
  }

  page(fromSeq: Seq): Answer<LogPage> {
    return this.#ask((server, stream) => server.read({ stream, fromSeq, limit: PAGE_EVENTS }));
  }

  /** From a seq on, all that comes before another; no items: there is nothing to be seen on the way. */
  async part(
    { fromSeq, before }: { readonly fromSeq: Seq; readonly before: Seq },
  ): Answer<Pick<LogPage, "asOf" | "items">> {
    const items: LogItem[] = [];
    let asOf = seq(0);
    for (let next = fromSeq; next < before;) {
      const page = await this.#ask((server, stream) => server.read({ stream, fromSeq: next, limit: before - next }));
      if (page === null || isTrouble(page)) return page;
      const last = page.items.at(-1);
      if (last === undefined) return { asOf: page.asOf, items: [] };
      items.push(...page.items);
      [next, asOf] = [seq(lastSeq(last) + 1), page.asOf];
    }
    return { asOf, items };
  }

  #ask<T extends object>(
    ask: (server: StreamLogOptions["server"], stream: StreamId) => Promise<T | Trouble>,
  ): Answer<T> {
    const { lanes, server, stream } = this.#options;
    return lanes.ask(shardOf(stream), { question: () => ask(server, stream), wanted: this.wanting() });
  }
}
