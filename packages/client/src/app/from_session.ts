import type { Observable } from "../observable.ts";
import { Redrawn } from "./redrawn.ts";

/** What one part of a session shows, once there is one. */
export function fromSession<S, T>(
  session: Observable<S | null>,
  pick: (session: S) => Observable<T>,
  before: T,
): Redrawn<T> {
  let part: Observable<T> | null = null;
  const shown: Redrawn<T> = new Redrawn(() => {
    const present = session.snapshot();
    if (part === null && present !== null) {
      part = pick(present);
      shown.follow(part);
    }
    return part?.snapshot() ?? before;
  });
  shown.follow(session);
  return shown;
}
