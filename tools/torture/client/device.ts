/** One device of a person: starts from the list, follows the inbox, and reads what the feed says it is behind with (LIVE3). @module */
import type { History } from "../history/history.ts";
import type { Head, NotedItem } from "../history/record.ts";
import { type Item, zFrame } from "./answers.ts";
import type { Line } from "./line.ts";
import { notedItem } from "./notes.ts";
import { readList, readLog } from "./reads.ts";
import { pause } from "./pause.ts";

export interface DeviceOptions {
  readonly name: string;
  readonly user: string;
  readonly history: History;
  /** Another incarnation than the device's was met (LOG9). */
  readonly onIncarnation: (incarnation: string) => void;
}

const AGAIN_MS = 300;
const READ_EVENTS = 200;

export class Device {
  readonly name: string;
  readonly #options: DeviceOptions;
  #line: Line;
  readonly #held = new Map<string, number>();
  #incarnation = "";
  #cursor: string | undefined;
  #feed: { unsubscribe(): void } = { unsubscribe() {} };
  /** Sockets of the lines before this one. */
  #socketsBefore = 0;
  #lastSocket = 0;
  readonly #over = new AbortController();

  constructor(line: Line, options: DeviceOptions) {
    this.#line = line;
    this.#options = options;
    this.name = options.name;
  }

  /** Resolves once the list is there; false if the device was given up before. */
  async start(): Promise<boolean> {
    while (!this.#over.signal.aborted) {
      if (await this.#list()) {
        this.#follow();
        return true;
      }
      await pause(AGAIN_MS, this.#over.signal);
    }
    return false;
  }

  /** Goes on at another node, or by another connection. */
  moveTo(line: Line): void {
    this.#feed.unsubscribe();
    this.#line = line;
    this.#socketsBefore = this.#lastSocket;
    if (this.#cursor !== undefined) this.#follow();
  }

  /** What it holds of a stream that it knows. */
  held(stream: string): number | undefined {
    return this.#held.get(stream);
  }

  drop(): void {
    if (this.#over.signal.aborted) return;
    this.stop();
    this.#options.history.note({ k: "dropped", device: this.name });
  }

  stop(): void {
    this.#over.abort();
    this.#feed.unsubscribe();
  }

  async #list(): Promise<boolean> {
    const { history, user, name } = this.#options;
    const asked = history.now();
    const list = await readList(this.#line);
    if (list === null || this.#over.signal.aborted) return false;
    const { incarnation, cursor } = list;
    const heads = list.rows.map(({ stream, head }): Head => [stream, head]);
    this.#incarnation = incarnation;
    this.#cursor = cursor;
    for (const [stream, head] of heads) this.#held.set(stream, head);
    history.note({ k: "device", asked, device: name, user, incarnation, heads });
    return true;
  }

  #follow(): void {
    const { history } = this.#options;
    const line = this.#line;
    const isCurrent = () => line === this.#line && !this.#over.signal.aborted;
    this.#feed = line.subscribe({ cursor: this.#cursor }, {
      data: ({ id, data }, number) => {
        if (!isCurrent()) return;
        const socket = this.#socketsBefore + number;
        this.#lastSocket = Math.max(this.#lastSocket, socket);
        const { items } = zFrame.parse(data);
        history.note({ k: "receipt", device: this.name, socket, items: items.map(notedItem) });
        // An incarnation is met by its `live`; what came before it on this socket was its too.
        const other = items.find((item) => item.type === "live" && item.incarnation !== this.#incarnation);
        if (other?.type === "live") return this.#options.onIncarnation(other.incarnation);
        this.#cursor = id;
        this.#take(items);
      },
      ended: () => void this.#followAgain(isCurrent),
    });
  }

  async #followAgain(isCurrent: () => boolean): Promise<void> {
    await pause(AGAIN_MS, this.#over.signal);
    if (!isCurrent()) return;
    // A subscription of its own begins: its items come after no others.
    this.#socketsBefore = ++this.#lastSocket;
    this.#follow();
  }

  #take(items: readonly Item[]): void {
    for (const item of items.map(notedItem)) {
      const [kind] = item;
      if (kind === "event" || kind === "opaque") this.#hold(item[1], lastSeq(item));
      else if (kind === "joined" || kind === "behind") void this.#catchUp(item);
    }
  }

  #hold(stream: string, seq: number): void {
    this.#held.set(stream, Math.max(this.#held.get(stream) ?? 0, seq));
  }

  async #catchUp(item: Extract<NotedItem, readonly ["joined" | "behind", ...unknown[]]>): Promise<void> {
    const [stream, head] = item[0] === "joined" ? [item[1], item[3]] : [item[1], item[2]];
    let fromSeq: number | null = item[0] === "joined" ? item[2] : (this.#held.get(stream) ?? 0) + 1;
    this.#hold(stream, head);
    const { user, history } = this.#options;
    while (fromSeq !== null && fromSeq <= head && !this.#over.signal.aborted) {
      const page = { stream, fromSeq, limit: READ_EVENTS };
      const answer = await readLog({ user, line: this.#line, history }, page);
      if (answer.kind === "answered") fromSeq = answer.value.next;
      else if (answer.kind === "refused" && answer.code !== "Unavailable") return;
      else await pause(AGAIN_MS, this.#over.signal);
    }
  }
}

function lastSeq(item: Extract<NotedItem, readonly ["event" | "opaque", ...unknown[]]>): number {
  return item[0] === "event" ? item[2] : item[3];
}
