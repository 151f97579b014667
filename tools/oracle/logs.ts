/** The logs of all streams, and what is worked out from them when first asked for. @module */
import type { PlainEvent } from "./event.ts";
import { Ranks } from "./forms.ts";
import { GroupHistory } from "./group.ts";
import { PlainPerson } from "./person.ts";
import { Stays } from "./stays.ts";

export class PlainLogs<E extends PlainEvent = PlainEvent> {
  readonly streams: ReadonlyMap<string, readonly E[]>;
  /** Who may see what of a stream. */
  readonly stays = once((stream) => new Stays(stream, this.of(stream)));
  /** Who moderated it when. */
  readonly ranks = once((stream) => new Ranks(this.of(stream)));
  readonly group = once((stream) => new GroupHistory(this.of(stream)));
  /** What somebody's stream says of them at its end. */
  readonly person = once((stream) => new PlainPerson(this.of(stream)));

  constructor(events: Iterable<E>) {
    this.streams = Map.groupBy(events, ({ stream }) => stream);
  }

  of(stream: string): readonly E[] {
    return this.streams.get(stream) ?? [];
  }

  /** The streams of a kind: `user`, `grp` or `disc`. */
  *ofKind(kind: "user" | "grp" | "disc"): Generator<readonly [stream: string, events: readonly E[]]> {
    for (const entry of this.streams) if (entry[0].startsWith(`${kind}_`)) yield entry;
  }
}

function once<T>(make: (stream: string) => T): (stream: string) => T {
  const known = new Map<string, T>();
  return (stream) => {
    const value = known.get(stream) ?? make(stream);
    known.set(stream, value);
    return value;
  };
}
