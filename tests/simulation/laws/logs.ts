import type { PlainEvent } from "../../../tools/oracle/event.ts";
import { AllStays } from "../../../tools/oracle/stays.ts";

/** The logs of all streams, and who may see what of each. */
export class Logs {
  readonly streams: ReadonlyMap<string, readonly PlainEvent[]>;
  readonly stays = new AllStays(this);

  constructor(events: readonly PlainEvent[]) {
    this.streams = Map.groupBy(events, ({ stream }) => stream);
  }

  of(stream: string): readonly PlainEvent[] {
    return this.streams.get(stream) ?? [];
  }
}
