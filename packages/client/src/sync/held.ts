/** A stream as whoever looks at it has it. @module */
import type { Seq, StreamId } from "@gatz/domain";
import { Cell, type Observable } from "../observable.ts";
import type { LogItem } from "../server/contract.ts";
import type { HeldStream } from "../stream/held_stream.ts";
import type { Trouble } from "../trouble.ts";

export interface HeldView {
  /** The same one as long as its stream is held: with each view what is in it may have changed. */
  readonly held: HeldStream;
  /** The server said that it is not there, for this viewer. */
  readonly isMissing: boolean;
  /** What keeps it from being read, that asking again does not mend. */
  readonly trouble: Trouble | null;
}

/** A stream that is shown: kept current until it is released. */
export interface Held {
  readonly stream: StreamId;
  /** Null until it is known whose client this is. */
  readonly view: Observable<HeldView | null>;
  /** Reads an older page. `whole`: there is nothing older. Null: nothing is held yet, or not any more. */
  older(): Promise<"more" | "whole" | Trouble | null>;
  /** A page of the log from a seq on, of which nothing is kept. Null: as {@link older}. */
  page(fromSeq: Seq): Promise<readonly LogItem[] | Trouble | null>;
  release(): void;
}

/** A stream that somebody wants to see before it is known who they are. */
export function heldLater(
  stream: StreamId,
  session: Observable<unknown>,
  streams: () => { hold(stream: StreamId): Held } | null,
): Held {
  const view = new Cell<HeldView | null>(null);
  let held: Held | null = null;
  let isReleased = false;
  const unsubscribe = session.subscribe(() => {
    const found = streams();
    if (found === null || isReleased || held !== null) return;
    unsubscribe();
    const begun = held = found.hold(stream);
    const show = () => view.set(begun.view.snapshot());
    begun.view.subscribe(show);
    show();
  });
  return {
    stream,
    view,
    older: async () => await held?.older() ?? null,
    page: async (fromSeq) => await held?.page(fromSeq) ?? null,
    release: () => {
      isReleased = true;
      unsubscribe();
      held?.release();
      view.close();
    },
  };
}
