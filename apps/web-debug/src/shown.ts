/** What the client shows, for a component to show. @module */
import type { Gatz, Observable } from "@gatz/client";
import { type RejectionCode, unreachable, type UserId } from "@gatz/domain";
import { useEffect, useReducer, useSyncExternalStore } from "react";

export function useShown<T>({ subscribe, snapshot }: Observable<T>): T {
  return useSyncExternalStore(subscribe, snapshot);
}

/** What people are called, by whom one person sees; draws anew when somebody is called otherwise. */
export function useNames(gatz: Gatz, users: Iterable<UserId>): (user: UserId) => string {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const all = [...new Set(users)].sort().join(" ");
  useEffect(() => {
    const ends = all.split(" ").filter(Boolean).map((user) => gatz.person(user as UserId).subscribe(redraw));
    return () => ends.forEach((end) => end());
  }, [gatz, all]);
  return (user) => nameOf(gatz, user);
}

export function nameOf(gatz: Gatz, user: UserId): string {
  const person = gatz.person(user).snapshot();
  switch (person.kind) {
    case "user":
      return person.handle;
    case "ended":
      return "somebody who left";
    case "missing":
    case "unavailable":
    case "unknown":
      return `…${user.slice(-4)}`;
    default:
      return unreachable(person);
  }
}

/** Why something can't be done, for people; what is not here is shown by its code. */
export const REASONS: Partial<Record<RejectionCode, string>> = {
  NotMember: "you are not in this discussion any more",
  NotFound: "it is not there for you",
  TextTooLong: "the text is too long",
  EmptyMessage: "there is nothing in it",
  TextMalformed: "the text is damaged",
  StaleEdit: "it was edited meanwhile",
  MessageDeleted: "the message is deleted",
  Muted: "you are muted here",
  Locked: "the discussion is read-only",
  Closed: "the discussion is closed",
  Forbidden: "you may not",
};
