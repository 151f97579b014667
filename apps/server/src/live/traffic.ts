export type StreamTransport = "ws" | "sse";

/** What a node has sent to readers since it started: plain numbers, since they are counted on the hottest path. */
export class Traffic {
  /** Events handed to feeds. */
  deliveries = 0;
  frames = 0;
  /** Streams whose events were dropped because their reader is slow, each time (LIVE5). */
  behind = 0;
  /** Signals handed to feeds, and those of them that were dropped because much waited for the reader (LIVE7). */
  signals = 0;
  droppedSignals = 0;
  /** Signals that were not taken to another node, because too many waited for it or it was not to be reached. */
  lostSignals = 0;
  readonly sentBytes: Record<StreamTransport, number> = { ws: 0, sse: 0 };
  /** Readers that were given up because they took nothing any more. */
  readonly droppedReaders: Record<StreamTransport, number> = { ws: 0, sse: 0 };
}
