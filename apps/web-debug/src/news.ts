/** When there is something new for a person: what was asked of the server is then asked anew. @module */
import type { GatzApi } from "@gatz/client";
import type { UserId } from "@gatz/domain";
import { useEffect, useState } from "react";

export type Names = ReadonlyMap<UserId, string>;

/** What arrives within this time is one piece of news. */
const TOGETHER_MS = 150;

/** A number that grows with the news of a person's inbox, signals and beats aside. */
export function useNews(api: GatzApi): number {
  const [news, setNews] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      timer = undefined;
      setNews((count) => count + 1);
    };
    const feed = api.live.inbox.subscribe({}, {
      onData: ({ data: { items } }) => {
        if (items.some(({ type }) => type !== "signal" && type !== "beat")) timer ??= setTimeout(tell, TOGETHER_MS);
      },
    });
    return () => {
      feed.unsubscribe();
      clearTimeout(timer);
    };
  }, [api]);
  return news;
}
