/** What the client shows, for a component to show. @module */
import type { Observable } from "@gatz/client";
import type { UserId } from "@gatz/domain";
import { useSyncExternalStore } from "react";

export type Names = ReadonlyMap<UserId, string>;

export function useShown<T>({ subscribe, snapshot }: Observable<T>): T {
  return useSyncExternalStore(subscribe, snapshot);
}
