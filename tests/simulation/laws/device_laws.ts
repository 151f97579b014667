/** What every device must hold once all is quiet: all that its user may see, and nothing else (LIVE3, VIS1). */
import type { Device, History } from "../history.ts";
import type { Logs } from "./logs.ts";

export function* brokenInDevices({ devices }: History, logs: Logs): Generator<string> {
  for (const device of devices) {
    for (const stream of logs.streams.keys()) yield* brokenIn(device, stream, logs);
  }
}

function* brokenIn({ user, streams }: Device, stream: string, logs: Logs): Generator<string> {
  const stays = logs.stays.of(stream);
  const log = logs.of(stream);
  const head = stays.headFor(user, log.length);
  const held = streams.get(stream);
  for (const event of log.slice(0, head)) {
    const has = held?.events.get(event.seq);
    if (has === undefined && stays.sees(user, event)) {
      yield `[LIVE3] ${user} lacks ${stream} ${event.seq} (${event.type})`;
    }
    if (has !== undefined && !stays.sees(user, event)) {
      yield `[VIS1] ${user} has ${stream} ${event.seq} (${event.type})`;
    }
    if (has !== undefined && JSON.stringify(has) !== JSON.stringify(event)) {
      yield `[LIVE3] ${user} has another ${stream} ${event.seq}`;
    }
  }
  for (const seq of held?.events.keys() ?? []) {
    if (seq > head) yield `[VIS1] ${user} has ${stream} ${seq} beyond ${head}`;
  }
}
