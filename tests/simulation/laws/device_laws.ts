/** What every device must hold once all is quiet: all that its user may see, and nothing else (LIVE3, VIS1). */
import type { Device, History, PlainEvent } from "../history.ts";
import { isFor, staysOf, viewersHead } from "./plain_stream.ts";
import type { Streams } from "./session_laws.ts";

export function* brokenInDevices({ devices }: History, streams: Streams): Generator<string> {
  for (const device of devices) {
    for (const [stream, log] of streams) yield* brokenIn(device, stream, log);
  }
}

function* brokenIn({ user, streams }: Device, stream: string, log: readonly PlainEvent[]): Generator<string> {
  const stays = staysOf(log, { stream, user });
  const head = viewersHead(log, { stream, user });
  const held = streams.get(stream);
  for (const event of log.slice(0, head)) {
    const has = held?.events.get(event.seq);
    if (has === undefined && isFor(stays, event)) yield `[LIVE3] ${user} lacks ${stream} ${event.seq} (${event.type})`;
    if (has !== undefined && !isFor(stays, event)) yield `[VIS1] ${user} has ${stream} ${event.seq} (${event.type})`;
    if (has !== undefined && JSON.stringify(has) !== JSON.stringify(event)) {
      yield `[LIVE3] ${user} has another ${stream} ${event.seq}`;
    }
  }
  for (const seq of held?.events.keys() ?? []) {
    if (seq > head) yield `[VIS1] ${user} has ${stream} ${seq} beyond ${head}`;
  }
}
