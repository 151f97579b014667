/** A page of an app that stands on the client: its address says who is there, and tests look and write by `app`. @module */
import { createGatz, type DiscussionId, indexedDbStore } from "@gatz/client";

export interface OfflineApp {
  readonly status: string;
  /** The names of the discussions, and of each the newest message. */
  readonly list: readonly string[];
  /** What is said in the discussion that is open; with `…` after what has not arrived yet. */
  readonly texts: readonly string[];
  /** What came of what was written on this page, in the order in which it was told: `text kind`. */
  readonly outcomes: readonly string[];
  /** Resolves once it outlives the page. */
  write(text: string): Promise<string>;
  search(text: string): Promise<readonly string[]>;
  /** Right now: says that the network is back, as a browser's `online` event does. */
  retry(): void;
}

const { url = "", token = "", discussion = "", name = "" } = Object.fromEntries(
  new URLSearchParams(location.hash.slice(1)),
);
const gatz = await createGatz({ url, auth: token, store: indexedDbStore({ name }) });
// The test's own.
const talk = gatz.open(discussion as DiscussionId);
const outcomes: string[] = [];

const app: OfflineApp = {
  get status() {
    return gatz.status.snapshot().kind;
  },
  get list() {
    return gatz.discussions.snapshot().rows.map((row) => {
      if (row.kind !== "discussion") return row.kind;
      return `${row.name}: ${row.preview?.kind === "live" ? row.preview.text : ""}`;
    });
  },
  get texts() {
    const { messages } = talk.picture.snapshot();
    return messages.map((message) =>
      (message.kind === "live" ? message.text : message.kind) + (message.pending ? "…" : "")
    );
  },
  outcomes,
  write: async (text) => {
    const { stored, outcome } = talk.send({ text });
    void outcome.then(({ kind }) => outcomes.push(`${text} ${kind}`));
    return (await stored).kind;
  },
  search: async (text) => (await gatz.search(text)).map(({ message }) => message.text),
  retry: () => gatz.retry(),
};
Object.assign(globalThis, { app });
