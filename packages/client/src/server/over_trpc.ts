/** A {@link Server} that is a real one, over its typed API. @module */
import type { GatzApi, GatzClient } from "../create_client.ts";
import { CUT, type Trouble, troubleOf } from "../trouble.ts";
import type { FeedHandlers, Server } from "./contract.ts";

/** A call that waits this long for its answer has none: a connection that is lost in silence is found by then. */
const ANSWER_MS = 30_000;

export function overTrpc({ api }: Pick<GatzClient, "api">): Server {
  return {
    follow: (cursor, on) => follow(api, { cursor, on }),
    me: () => asked((options) => api.auth.me.query(undefined, options)),
    open: (input) => asked((options) => api.log.open.query(input, options)),
    read: (input) => asked((options) => api.log.read.query(input, options)),
    offer: (stream, drafts) => asked((options) => api.log.offer.mutate({ stream, drafts: [...drafts] }, options)),
    discussions: (input) => asked((options) => api.discussions.byUser.query(input, options)),
    rows: ({ discussions }) =>
      asked((options) => api.discussions.rows.query({ discussions: [...discussions] }, options)),
    groups: (input) => asked((options) => api.groups.byUser.query(input, options)),
    groupRows: ({ groups }) => asked((options) => api.groups.rows.query({ groups: [...groups] }, options)),
    people: (input) => asked((options) => api.users.byIds.query(input, options)),
    mark: (input) => asked((options) => api.reads.markMany.mutate(input, options)),
    markUnread: (input) => asked((options) => api.reads.markUnread.mutate(input, options)),
    notify: (input) => asked((options) => api.settings.setDiscussion.mutate(input, options)),
    typing: (input) => asked((options) => api.live.typing.mutate(input, options)),
    hash: (input) => asked((options) => api.log.hash.query(input, options)),
  };
}

function follow(api: GatzApi, { cursor, on }: { readonly cursor: string | null; readonly on: FeedHandlers }) {
  return api.live.inbox.subscribe(cursor === null ? {} : { cursor }, {
    onData: ({ id, data: { items } }) => on.frame({ cursor: id, items }),
    onConnectionStateChange: ({ state, error }) => {
      if (state === "pending") on.connected(true);
      // Without an error it is the first attempt, of which nothing is known yet.
      else if (error !== null) on.connected(false);
    },
    onError: (error) => on.ended(troubleOf(error)),
    onComplete: () => on.ended(CUT),
  });
}

async function asked<T extends object>(call: (options: { signal: AbortSignal }) => Promise<T>): Promise<T | Trouble> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    return await call({ signal });
  } catch (error) {
    return signal.aborted ? CUT : troubleOf(error);
  }
}
