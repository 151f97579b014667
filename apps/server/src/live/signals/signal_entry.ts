import { type Signal, unreachable } from "@gatz/domain";
import { itemText } from "../delivery.ts";
import type { SignalEntry } from "../queue.ts";

/** A signal as feeds take it, encoded once. @param until on the node's own clock, in milliseconds from any beginning */
export function signalEntry(signal: Signal, until: number): SignalEntry {
  const { text } = itemText({ type: "signal", ...signal });
  switch (signal.kind) {
    case "typing":
      return { text, until, about: `typing ${signal.discussion} ${signal.user}`, stream: signal.discussion };
    case "presence":
      return { text, until, about: `presence ${signal.user}`, stream: undefined };
    default:
      return unreachable(signal);
  }
}
