/** A part of a stream's log as one viewer may see it: the same numbering for everyone, what is hidden as ranges (VIS2). @module */
import {
  type FeedItem,
  formFor,
  type LogEvent,
  type Seq,
  seq,
  stateFor,
  type StreamId,
  type StreamState,
  type UserId,
} from "@gatz/domain";
import type { SeqRange, Storage } from "@gatz/storage/contract";

export type LogItem = Extract<FeedItem, { type: "event" | "opaque" }>;

export interface LogPage {
  /** The newest seq that the viewer may see; for an ex-member where they left (VIS4). */
  readonly asOf: Seq;
  /** In seq order from `fromSeq`, without gaps; less than up to `asOf` when the page is full. */
  readonly items: readonly LogItem[];
}

interface Part {
  readonly viewer: UserId;
  readonly state: StreamState;
  /** What the viewer may see, ascending; its last end is the viewer's head. */
  readonly ranges: readonly SeqRange[];
  readonly fromSeq: Seq;
  readonly limit: number;
}

/** At most `limit` events; hidden stretches cost no reading, however long they are. */
export async function readLogPage(storage: Pick<Storage, "events">, part: Part): Promise<LogPage> {
  const { viewer, state, ranges, limit } = part;
  const items: LogItem[] = [];
  const stream = state.id;
  const asOf = ranges.at(-1)?.to ?? seq(0);
  let next = part.fromSeq;
  let left = limit;
  for (const range of ranges) {
    if (range.to < next) continue;
    if (range.from > next) addOpaque(items, { stream, from: next, to: seq(range.from - 1) });
    next = seq(Math.max(next, range.from));
    const { events } = await storage.events(stream, { from: next, to: range.to, limit: left });
    for (const event of events) addEvent(items, event, formFor(event, viewer, state));
    left -= events.length;
    next = seq((events.at(-1)?.seq ?? next - 1) + 1);
    // The page's own bounds may have ended it before the range did: what follows is for the next page.
    if (next <= range.to || left === 0) break;
  }
  return { asOf, items };
}

/** What a client begins with: the newest seqs, and the state that they come to, at one and the same head. */
export interface NewestPage extends LogPage {
  /** The viewer's form of the state at `asOf` (VIS4): their forms of later events fold on from it. */
  readonly state: StreamState;
}

/** The newest `limit` seqs without gaps, up to `asOf`; less than that only where the page's bounds are met. */
export async function readNewestPage(
  storage: Pick<Storage, "events">,
  { viewer, state, ranges, limit }: Omit<Part, "fromSeq">,
): Promise<NewestPage> {
  const stream = state.id;
  const asOf = ranges.at(-1)?.to ?? seq(0);
  const parts: (readonly LogEvent[])[] = [];
  let first = seq(Math.max(1, asOf - limit + 1));
  for (const range of ranges.toReversed()) {
    const from = seq(Math.max(first, range.from));
    if (range.to < from) break;
    const { events } = await storage.events(stream, { from, to: range.to, limit, newest: true });
    parts.unshift(events);
    const oldest = events[0]?.seq ?? from;
    if (oldest > from) {
      first = oldest;
      break;
    }
  }
  const items: LogItem[] = [];
  let next = first;
  for (const event of parts.flat()) {
    if (event.seq > next) addOpaque(items, { stream, from: next, to: seq(event.seq - 1) });
    addEvent(items, event, formFor(event, viewer, state));
    next = seq(event.seq + 1);
  }
  return { asOf, state: stateFor(viewer, state), items };
}

function addEvent(items: LogItem[], { stream, seq }: LogEvent, form: LogEvent | null): void {
  if (form !== null) items.push({ type: "event", event: form });
  else addOpaque(items, { stream, from: seq, to: seq });
}

/** Stretches that touch become one. */
function addOpaque(items: LogItem[], hidden: { stream: StreamId; from: Seq; to: Seq }): void {
  const last = items.at(-1);
  if (last?.type === "opaque" && last.to + 1 === hidden.from) {
    items[items.length - 1] = { ...last, to: hidden.to };
  } else items.push({ type: "opaque", ...hidden });
}
