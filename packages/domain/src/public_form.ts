import type { LogEvent } from "./events.ts";
import type { Sha256 } from "./scalars.ts";

/**
 * The form of an event that goes to who sees it without its private part (VIS2): a moderator's doing without the flag that it answers, an
 * invite's without its hash. Folding it comes to the same for all that such a viewer is shown.
 */
export function publicForm(event: LogEvent): LogEvent {
  switch (event.type) {
    case "remove-member":
    case "lock":
    case "close":
    case "mute-member":
    case "ban-member":
    case "expunge":
    case "delete-message": {
      if (!("flag" in event.body)) return event;
      const { flag: _, ...body } = event.body;
      return { ...event, body } as LogEvent; // the same event, without an optional field
    }
    case "create-invite": {
      const { hash: _, ...body } = event.body;
      return { ...event, body: { ...body, hash: HIDDEN } };
    }
    default:
      return event;
  }
}

/** No text has this hash, as far as anybody knows. */
const HIDDEN = "0".repeat(64) as Sha256;
