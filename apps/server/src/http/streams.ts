/** HTTP streams (SSE) that are open: a reader that takes nothing any more is given up, and all end when the server stops (LIVE5). @module */
import type { ServerLimits } from "../limits.ts";
import type { Traffic } from "../live/traffic.ts";

export interface StreamsOptions {
  readonly limits: Pick<ServerLimits, "stuckReaderMs">;
  readonly traffic: Traffic;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
  /** 0–1. */
  readonly random: () => number;
}

export interface OpenStreams {
  /** The same answer, looked after if it is a stream of events. */
  watch(response: Response): Response;
  /** Ends every stream in a way that has its reader connect anew and go on from its cursor; and looks after no more. */
  endAll(): void;
  readonly size: number;
}

const EVENT_STREAM = "text/event-stream";
/** How often a reader is looked at in the time after which it is given up. */
const LOOKS = 6;
/** How long after a cut readers come again: told to each of them, so that they do not come all at once. */
const COME_AGAIN_MS = { first: 500, last: 1_500 } as const;

export function createStreams(options: StreamsOptions): OpenStreams {
  const { limits, now } = options;
  const open = new Set<WatchedStream>();
  const timer = setInterval(() => {
    for (const stream of open) stream.checkProgress(now());
  }, limits.stuckReaderMs / LOOKS);
  return {
    watch(response) {
      if (response.body === null || !isEventStream(response)) return response;
      const stream = new WatchedStream(response.body, { ...options, onEnd: () => open.delete(stream) });
      open.add(stream);
      return new Response(stream.readable, response);
    },
    endAll() {
      clearInterval(timer);
      for (const stream of open) stream.end();
    },
    get size() {
      return open.size;
    },
  };
}

/** For who asks a server that stops for a stream: an error would end an EventSource for good. */
export function comeAgain(random: () => number): Response {
  return new Response(comeAgainField(random()), { headers: { "content-type": EVENT_STREAM } });
}

/** Whether a request is an EventSource's. */
export function wantsEventStream(request: Request): boolean {
  return request.headers.get("accept")?.includes(EVENT_STREAM) ?? false;
}

function isEventStream(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith(EVENT_STREAM) ?? false;
}

function comeAgainField(random: number): Uint8Array<ArrayBuffer> {
  const { first, last } = COME_AGAIN_MS;
  return new TextEncoder().encode(`retry: ${Math.round(first + random * (last - first))}\n\n`);
}

interface WatchedOptions extends StreamsOptions {
  readonly onEnd: () => void;
}

/** Nothing is read ahead of the reader, so what is not asked for has not been taken. */
class WatchedStream {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #source: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  readonly #options: WatchedOptions;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  /** When the last piece was put, if no other has been asked for since. */
  #putAt: number | undefined;
  #over = false;

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>, options: WatchedOptions) {
    this.#source = body.getReader();
    this.#options = options;
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
        controller.enqueue(comeAgainField(options.random()));
      },
      pull: () => this.#putNext(),
      cancel: async (reason) => {
        this.#finish();
        await this.#source.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }

  /** To be called now and then. `now` is in milliseconds. */
  checkProgress(now: number): void {
    const { limits, traffic } = this.#options;
    if (this.#putAt === undefined || now - this.#putAt < limits.stuckReaderMs) return;
    traffic.droppedReaders.sse++;
    // Deno says on stderr what a body ends with, so it is a line and no stack. A body that just ends would leave the connection open.
    this.#stop(() => this.#controller?.error("the reader of an HTTP stream took nothing any more"));
  }

  /** As a network would: the reader comes again by itself. */
  end(): void {
    this.#stop(() => this.#controller?.close());
  }

  async #putNext(): Promise<void> {
    this.#putAt = undefined;
    const { done, value } = await this.#source.read().catch((error) => {
      // A stream that failed is over too: nothing is left to end.
      if (!this.#over) this.#finish();
      throw error;
    });
    if (this.#over) return;
    if (done) return this.#stop(() => this.#controller?.close());
    this.#options.traffic.sentBytes.sse += value.byteLength;
    this.#putAt = this.#options.now();
    this.#controller?.enqueue(value);
  }

  #stop(last: () => void): void {
    if (this.#over) return;
    this.#finish();
    last();
    // What serves it ends with it; it was told why by nobody, and has nothing to say.
    void this.#source.cancel().catch(() => {});
  }

  #finish(): void {
    this.#over = true;
    this.#options.onEnd();
  }
}
