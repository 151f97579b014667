/** One connection to one other node, never made again: the next one is another link. @module */
import type { Forwarded, ForwardedOffer, ForwardOptions } from "@gatz/storage/contract";
import { createTRPCClient, createWSClient, type TRPCClient, wsLink } from "@trpc/client";
import { logEvent } from "../log_events.ts";
import type { SignalMessage } from "../live/signals/message.ts";
import type { NodeRouter } from "./router.ts";
import type { SignalLink } from "./signal_exchange.ts";

export interface LinkOptions {
  /** Where the other node listens to nodes. */
  readonly url: string;
  /** The `Authorization` header. */
  readonly authorization: () => string;
  readonly onClosed: () => void;
}

/** A node in the same room answers in a millisecond. */
const OPEN_MS = 1_000;
const KEEP_ALIVE = { enabled: true, intervalMs: 1_000, pongTimeoutMs: 2_000 };
/** Bytes of offers under way on one link. */
const WINDOW_BYTES = 8 * 1024 * 1024;

/** Signals that take longer are of no use. */
const GIVE_MS = 2_000;

export class Link implements SignalLink {
  readonly #client: ReturnType<typeof createWSClient>;
  readonly #api: TRPCClient<NodeRouter>;
  readonly #opened = Promise.withResolvers<boolean>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #onClosed: () => void;
  #bytes = 0;
  #isGivenUp = false;

  constructor({ url, authorization, onClosed }: LinkOptions) {
    this.#onClosed = onClosed;
    const closed = () => this.#giveUp();
    this.#client = createWSClient({
      url,
      WebSocket: authorizedBy(authorization, { onClosing: closed }),
      keepAlive: KEEP_ALIVE,
      onOpen: () => this.#opened.resolve(true),
      onClose: closed,
      onError: closed,
    });
    this.#api = createTRPCClient<NodeRouter>({ links: [wsLink<NodeRouter>({ client: this.#client })] });
  }

  /** Never rejects. */
  async forward(offer: ForwardedOffer, options: Omit<ForwardOptions, "to">): Promise<Forwarded> {
    const { deadlineMs, bytes, signal } = options;
    if (!await this.#isOpen(Math.min(OPEN_MS, deadlineMs))) {
      this.#giveUp();
      return { kind: "unreachable" };
    }
    if (this.#bytes + bytes > WINDOW_BYTES) return { kind: "busy" };
    this.#bytes += bytes;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), deadlineMs);
    try {
      const answer = await this.#api.offer.mutate(
        { offer, deadlineMs: Math.floor(deadlineMs) },
        { signal: AbortSignal.any([signal, late.signal]) },
      );
      return answer === null ? { kind: "not-here" } : { kind: "answered", outcomes: answer };
    } catch (error) {
      logEvent("nodes.unanswered", { error });
      return { kind: "lost" };
    } finally {
      clearTimeout(timer);
      this.#bytes -= bytes;
    }
  }

  async give(messages: readonly SignalMessage[]): Promise<boolean> {
    if (!await this.#isOpen(OPEN_MS)) {
      this.#giveUp();
      return false;
    }
    try {
      await this.#api.giveSignals.mutate([...messages], { signal: AbortSignal.timeout(GIVE_MS) });
      return true;
    } catch (error) {
      logEvent("nodes.unanswered", { error });
      return false;
    }
  }

  async follow({ begun, messages }: Parameters<SignalLink["follow"]>[0]): Promise<void> {
    if (!await this.#isOpen(OPEN_MS)) return this.#giveUp();
    const over = Promise.withResolvers<void>();
    const following = this.#api.signals.subscribe(undefined, {
      onStarted: begun,
      onData: messages,
      onError: () => over.resolve(),
      onComplete: () => over.resolve(),
    });
    await Promise.race([over.promise, this.#closed.promise]);
    following.unsubscribe();
  }

  async close(): Promise<void> {
    this.#closed.resolve();
    await this.#client.close();
  }

  /** tRPC's client would connect again and again, to what may never be there again. */
  #giveUp(): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.#opened.resolve(false);
    this.#closed.resolve();
    this.#onClosed();
    void this.close();
  }

  async #isOpen(patienceMs: number): Promise<boolean> {
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(late.resolve, patienceMs, false);
    const opened = await Promise.race([this.#opened.promise, late.promise]);
    clearTimeout(timer);
    const state = this.#client.connection?.state;
    // Right after it has opened, the client's own word for it is still the old one.
    return opened && state !== undefined && state !== "closed";
  }
}

/**
 * The client makes its socket of a class that takes the URL alone, and closes it when a ping is not answered. A socket is only closed with the
 * other end's word, which a frozen node does not give: `onClosing` is called at once.
 */
function authorizedBy(authorization: () => string, { onClosing }: { onClosing: () => void }): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL) {
      // Deno's own addition, which the DOM's types, loaded for the page, do not know.
      super(url, { headers: { authorization: authorization() } } as unknown as string[]);
    }

    override close(code?: number, reason?: string): void {
      super.close(code, reason);
      onClosing();
    }
  };
}
