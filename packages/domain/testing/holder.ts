/** What a client holds of a stream that it opened at some moment and has followed since, as the server answers and sends it. @module */
import { evolve } from "../src/evolve.ts";
import type { LogEvent } from "../src/events.ts";
import { applyToMessages } from "../src/fold.ts";
import type { MessageId, UserId } from "../src/ids.ts";
import type { MessageState, StreamState } from "../src/state.ts";
import { needsAnew, stateFor } from "../src/state_for.ts";
import { isUserStream } from "../src/streams.ts";
import { formFor } from "../src/visible.ts";
import { isIn } from "./naive_model.ts";

/** One step of a holder: the event has come, in whatever form. */
export interface HeldStep {
  readonly event: LogEvent;
  readonly isHidden: boolean;
  /** Whether the state had to be asked for, and not at first only. */
  readonly isAnew: boolean;
  readonly held: StreamState;
  /** Those from where it was opened. */
  readonly messages: ReadonlyMap<MessageId, MessageState>;
  /** The stream's own, at the same event. */
  readonly state: StreamState;
}

export interface Holding {
  readonly viewer: UserId;
  /** The seq up to which there was something when it was opened; default: from when the viewer came. */
  readonly openedAt?: number;
  /** In what form an event comes. Default: as it is sent when it happens. */
  readonly formOf?: (event: LogEvent, state: StreamState) => LogEvent | null;
}

/** Folds on from what it was answered, asks anew where it must, and gets nothing between its user's stays. */
export function* holding(log: readonly LogEvent[], { viewer, openedAt = 0, ...options }: Holding): Iterable<HeldStep> {
  const formOf = options.formOf ?? ((event, state) => formFor(event, viewer, state));
  const messages = new Map<MessageId, MessageState>();
  let state: StreamState | null = null;
  let held: StreamState | null = null;
  for (const event of log) {
    const present: StreamState = evolve(state, event);
    state = present;
    if (event.seq < openedAt || !isSentTo(viewer, log, event)) continue;
    const form = formOf(event, present);
    if (form !== null) applyToMessages(messages, form);
    const next: StreamState = held === null || form === null
      ? { ...held ?? answered(viewer, present), seq: event.seq }
      : evolve(held, form);
    const isAnew = needsAnew(viewer, { before: held, after: next });
    held = isAnew ? answered(viewer, present) : next;
    yield { event, isHidden: form === null, isAnew, held, messages, state: present };
  }
}

/** As it comes over the wire. */
function answered(viewer: UserId, state: StreamState): StreamState {
  return JSON.parse(JSON.stringify(stateFor(viewer, state)));
}

/** From the event on that lets them in, to the one that sends them away. */
function isSentTo(viewer: UserId, log: readonly LogEvent[], { stream, seq }: LogEvent): boolean {
  return isUserStream(stream) || isIn(log.slice(0, seq), viewer) || isIn(log.slice(0, seq - 1), viewer);
}
