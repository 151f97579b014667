/** A subscription as an HTTP stream, to the byte. @module */
import { setTimeout as delay } from "node:timers/promises";
import { type Asked, type Reply, requestOf } from "./wire.ts";

const PATIENCE_MS = 10_000;

export interface OpenFeed extends AsyncDisposable {
  /** All that has come. */
  readonly text: () => string;
  /** Resolves once the text from some place on is as wanted. */
  until(wanted: (text: string) => boolean, from?: number): Promise<void>;
}

/** Begins a feed. A reply: it was refused. */
export async function openFeed(url: string, asked: Asked): Promise<OpenFeed | Reply> {
  const response = await fetch(requestOf(url, asked));
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    return { status: response.status, body: await response.text() };
  }
  const feed = read(response.body!); // a stream of events has one
  await feed.until((text) => text.includes('\ndata: {"json"') || text.includes("event: serialized-error"));
  const error = /event: serialized-error\ndata: (.*)\n/.exec(feed.text());
  if (error === null) return feed;
  await feed[Symbol.asyncDispose]();
  return { status: response.status, body: `{"error":${error[1]}}` };
}

function read(body: ReadableStream<Uint8Array>): OpenFeed {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = "";
  let isOver = false;
  const reading = (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += value;
    }
    isOver = true;
  })();
  return {
    text: () => text,
    async until(wanted, from = 0) {
      for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(5)) {
        if (wanted(text.slice(from))) return;
        if (isOver) throw new Error(`the feed ended: ${text}`);
      }
      throw new Error(`not in ${PATIENCE_MS} ms: ${text}`);
    },
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      await reading;
    },
  };
}
