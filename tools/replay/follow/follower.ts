import type { DiscussionId, StreamId } from "@gatz/domain";
import type { Account } from "../play/accounts.ts";
import { type Api, httpApi, socketApi } from "../play/connections.ts";
import { ask } from "../play/deliver.ts";
import { Notebook, type ReadLog } from "./notebook.ts";

export interface FollowOptions {
  /** The server itself: for lists and reads. */
  readonly url: string;
  /** Where the feed's socket goes: the server, or a relay in front of it. */
  readonly feedUrl: string;
  readonly account: Account;
  /** The discussions to note down. */
  readonly discussions: ReadonlySet<DiscussionId>;
}

/** Somebody who follows by `live.inbox`, as an app does that was just opened. */
export interface Following {
  readonly account: Account;
  readonly notebook: Notebook;
  /** How often the feed's connection came back after a loss. */
  readonly reconnects: () => number;
  /** What ended the feed, if anything did. */
  readonly failure: () => unknown;
  stop(): Promise<void>;
}

/** Reads what there is and follows from there: `discussions.byUser` gives the lists and, in `asOf`, the cursor (LIVE3). */
export async function follow({ url, feedUrl, account, discussions }: FollowOptions): Promise<Following> {
  const reads = httpApi(url, account.token);
  const notebook = new Notebook({ viewer: account.nick, streams: discussions, readLog: readLogOf(reads) });
  const { cursor, heads } = await listOf(reads, account);
  for (const [discussion, head] of heads) if (discussions.has(discussion)) notebook.start(discussion, head);
  const socket = socketApi(feedUrl, account.token);
  let failure: unknown;
  let connected = 0;
  const feed = socket.api.live.inbox.subscribe({ cursor }, {
    onData: ({ data }) => notebook.take(data.items),
    onError: (error) => failure = error,
    onConnectionStateChange: ({ state }) => connected += state === "pending" ? 1 : 0,
  });
  return {
    account,
    notebook,
    reconnects: () => Math.max(0, connected - 1),
    failure: () => failure,
    stop: async () => {
      feed.unsubscribe();
      await socket.close();
    },
  };
}

/** `log.read` as a notebook asks for it. */
export function readLogOf(api: Api): ReadLog {
  return async (stream, fromSeq) => {
    // A notebook asks for streams that it was given by their ids, and for seqs that it counted.
    const page = {
      stream: stream as StreamId,
      fromSeq: fromSeq as Parameters<Api["log"]["read"]["query"]>[0]["fromSeq"],
    };
    return (await ask(`log.read of ${stream}`, () => api.log.read.query(page))).items;
  };
}

async function listOf(api: Api, { nick }: Account): Promise<{ cursor: string; heads: [DiscussionId, number][] }> {
  const heads: [DiscussionId, number][] = [];
  let cursor: string | undefined;
  let before: string | null = null;
  do {
    const place: { before?: string } = before === null ? {} : { before };
    const page = await ask(`the list of ${nick}`, () => api.discussions.byUser.query({ limit: 100, ...place }));
    // The first page's cursor is the oldest: what happens while the others are read comes by the feed.
    cursor ??= page.asOf;
    for (const row of page.rows) if (row.kind === "discussion") heads.push([row.id, row.head]);
    before = page.next;
  } while (before !== null);
  return { cursor, heads };
}
