/** What every device must hold once all is quiet: all that its user may see, and nothing else (LIVE3, VIS1). */
import { shownAs } from "../../../tools/oracle/forms.ts";
import type { Device, History } from "../history.ts";
import type { PlainLogs } from "../../../tools/oracle/logs.ts";

export function* brokenInDevices({ devices }: History, logs: PlainLogs): Generator<string> {
  for (const device of devices) {
    for (const stream of logs.streams.keys()) yield* brokenIn(device, stream, logs);
  }
}

function* brokenIn({ user, streams }: Device, stream: string, logs: PlainLogs): Generator<string> {
  const stays = logs.stays(stream);
  const log = logs.of(stream);
  const head = stays.headFor(user, log.length);
  const held = streams.get(stream);
  for (const event of log.slice(0, head)) {
    const has = held?.events.get(event.seq);
    const isForThem = stays.sees(user, event);
    const forms = logs.ranks(stream).formsOf(event, user);
    if (has === undefined) {
      if (isForThem && !forms.has("opaque")) yield `[LIVE3] ${user} lacks ${stream} ${event.seq} (${event.type})`;
      continue;
    }
    const form = shownAs(has, event);
    if (form === null) yield `[LIVE3] ${user} has another ${stream} ${event.seq}`;
    else if (!isForThem || !forms.has(form)) yield `[VIS1] ${user} has ${stream} ${event.seq} (${event.type}, ${form})`;
  }
  for (const seq of held?.events.keys() ?? []) {
    if (seq > head) yield `[VIS1] ${user} has ${stream} ${seq} beyond ${head}`;
  }
}
