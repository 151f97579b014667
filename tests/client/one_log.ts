/** A log that is read and followed by one viewer, as a server would answer at any time of its life. For tests of what a client holds. */
import {
  foldStream,
  formFor,
  type LogEvent,
  type Seq,
  seq,
  stateFor,
  type StreamState,
  type UserId,
  viewersHead,
} from "@gatz/domain";
import type { LogItem, Opened } from "../../packages/client/src/server/contract.ts";

export interface OneLog {
  readonly log: readonly LogEvent[];
  readonly viewer: UserId;
}

export type Page = Pick<Opened, "asOf" | "items">;

/** The stream as it was when it had so many events; null while the viewer had never been a member. */
export function stateAt({ log, viewer }: OneLog, time: number): { present: StreamState; head: Seq } | null {
  const present = foldStream(log.slice(0, time)).state;
  const head = present === null ? undefined : viewersHead(present, viewer);
  return present === null || head === undefined ? null : { present, head };
}

/** `log.read`, answered at a time: seq by seq, and what is hidden as ranges. */
export function read(
  of: OneLog,
  { time, fromSeq, limit }: { time: number; fromSeq: number; limit: number },
): Page | null {
  const then = stateAt(of, time);
  if (then === null) return null;
  const items: LogItem[] = [];
  for (const event of of.log.slice(fromSeq - 1, Math.min(fromSeq - 1 + limit, then.head))) {
    const form = formFor(event, of.viewer, then.present);
    const last = items.at(-1);
    if (form !== null) items.push({ type: "event", event: form });
    else if (last?.type === "opaque") items[items.length - 1] = { ...last, to: event.seq };
    else items.push({ type: "opaque", stream: event.stream, from: event.seq, to: event.seq });
  }
  return { asOf: then.head, items };
}

/** `log.open`, answered at a time. */
export function open(
  of: OneLog,
  { time, limit }: { time: number; limit: number },
): (Page & Pick<Opened, "state">) | null {
  const then = stateAt(of, time);
  if (then === null) return null;
  const fromSeq = Math.max(1, then.head - limit + 1);
  const { state } = foldStream(of.log.slice(0, then.head));
  return { ...read(of, { time, fromSeq, limit })!, state: stateFor(of.viewer, state!) };
}

/** What a feed brings of one seq, at a time; null: nothing. */
export function fed(of: OneLog, { time, at }: { time: number; at: number }): LogItem | null {
  return read(of, { time, fromSeq: seq(at), limit: 1 })?.items[0] ?? null;
}
