/** How a held stream goes into a store; `HeldStream.load` is the way back. @module */
import type { StreamId } from "@gatz/domain";
import type { LogItem } from "../server/contract.ts";
import type { Change, Put } from "../store/contract.ts";
import { eventKey, eventsOf, type StreamRecord } from "../store/records.ts";
import type { HeldStream } from "./held_stream.ts";
import { firstSeq } from "./window.ts";

/** One item, after those before it. Where one tab may see an event and another was not to see it yet, the event stays. */
export function putItem(stream: StreamId, item: LogItem): Put<"events"> {
  const rank = item.type === "event" ? 1 : 0;
  return { type: "put", table: "events", key: eventKey(stream, firstSeq(item)), value: item, rank };
}

/** How far the window reaches, and the state. In the same write as the items that it speaks of. */
export function putRecord(stream: StreamId, record: StreamRecord): Put<"streams"> {
  return { type: "put", table: "streams", key: stream, value: record, rank: record.head };
}

/** Everything, instead of what is there up to the same head: after opening anew. What is beyond it another tab knows already. */
export function putWhole(held: HeldStream, { openedAt }: Pick<StreamRecord, "openedAt">): readonly Change[] {
  const { stream, head } = held;
  return [
    { type: "delete-range", table: "events", from: eventsOf(stream).from, to: eventKey(stream, head + 1) },
    ...held.items.map((item) => putItem(stream, item)),
    putRecord(stream, held.record({ openedAt })),
  ];
}
