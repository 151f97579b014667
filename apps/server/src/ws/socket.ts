/** Deno's native WebSocket behind the face of a `ws` socket, as much of it as tRPC's connection handler uses (FACTS). @module */
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import type { Traffic } from "../live/traffic.ts";
import type { Caller } from "../rates/caller.ts";
import type { Connection } from "./connection.ts";

export interface SocketOptions {
  readonly limits: SocketLimits;
  readonly caller: Pick<Caller, "charge" | "end">;
  /** Told what a message was refused for. */
  readonly refused: (limiter: string) => void;
  readonly traffic: Traffic;
}

export interface SocketLimits {
  /** Bytes of one inbound message; a larger one ends the connection before anything of it is parsed (SEC3). */
  readonly frameBytes: number;
  /** Bytes that may wait in the socket before a feed pauses (LIVE5). */
  readonly socketBytes: number;
  /** Milliseconds after which a reader that takes nothing of what waits is given up. */
  readonly stuckReaderMs: number;
}

/** Close codes of RFC 6455. */
const POLICY_VIOLATION = 1008;
const MESSAGE_TOO_BIG = 1009;

/** How often a full socket is looked at: there is no event that tells. */
const FIRST_LOOK_MS = 2;
const LAST_LOOK_MS = 50;
/** What waits beyond a feed's share, such as answers to calls that are not read; past it the reader is dropped. */
const HOPELESS = 8;

export class Socket extends EventEmitter implements Connection {
  readonly #closed = new AbortController();
  readonly #gone = Promise.withResolvers<void>();
  readonly #limits: SocketLimits;
  #room: Promise<void> | null = null;
  /** Characters sent, and how many of them had been taken when that last changed. */
  #sent = 0;
  #taken = 0;
  #takenAt: number | undefined;

  constructor(private readonly native: WebSocket, private readonly options: SocketOptions) {
    super();
    this.#limits = options.limits;
    native.onmessage = ({ data }) => this.#receive(data);
    native.onerror = () => this.#end();
    native.onclose = () => {
      this.#end();
      this.#gone.resolve();
    };
  }

  /** Resolves when the connection is no more; it may have been given up long before. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** The client was gone before the connection was there. */
  neverOpened(): void {
    this.#end();
    this.#gone.resolve();
  }

  get readyState(): number {
    return this.closed.aborted ? WebSocket.CLOSED : this.native.readyState;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  send(text: string): void {
    if (this.readyState !== WebSocket.OPEN) return;
    if (this.native.bufferedAmount > HOPELESS * this.#limits.socketBytes) this.terminate();
    else {
      this.native.send(text);
      this.options.traffic.sentBytes.ws += Buffer.byteLength(text);
      this.#sent += text.length;
    }
  }

  /**
   * To be called now and then: a reader that has long taken nothing of what waits is given up. Deno's own pings can't find it, since they
   * wait behind the rest. `now` is in milliseconds.
   */
  checkProgress(now: number): void {
    const waits = this.native.bufferedAmount;
    const taken = this.#sent - waits;
    if (waits === 0 || taken !== this.#taken || this.#takenAt === undefined) {
      this.#taken = taken;
      this.#takenAt = now;
    } else if (now - this.#takenAt >= this.#limits.stuckReaderMs) this.terminate();
  }

  close(code?: number, reason?: string): void {
    if (this.native.readyState === WebSocket.OPEN) this.native.close(code, reason);
  }

  /** The reader is given up: what serves it ends at once, whether or not the other end ever answers to the closing. */
  terminate(): void {
    if (!this.closed.aborted) this.options.traffic.droppedReaders.ws++;
    this.close(POLICY_VIOLATION, "too slow");
    this.#end();
  }

  room(): Promise<void> | null {
    if (this.#full) return this.#room ??= this.#waitForRoom().finally(() => this.#room = null);
    return null;
  }

  get #full(): boolean {
    return this.native.bufferedAmount >= this.#limits.socketBytes && !this.closed.aborted;
  }

  async #waitForRoom(): Promise<void> {
    for (let ms = FIRST_LOOK_MS; this.#full; ms = Math.min(LAST_LOOK_MS, ms * 2)) {
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }

  #receive(data: unknown): void {
    if (this.readyState !== WebSocket.OPEN) return;
    const { caller, refused } = this.options;
    if (typeof data !== "string") return this.close(POLICY_VIOLATION, "text frames only");
    if (isLonger(data, this.#limits.frameBytes)) {
      refused("frameBytes");
      return this.close(MESSAGE_TOO_BIG, "message too big");
    }
    if (!caller.charge(1)) return this.close(POLICY_VIOLATION, "too many calls");
    received = data;
    this.emit("message", message, false);
  }

  #end(): void {
    if (this.closed.aborted) return;
    this.#closed.abort();
    this.options.caller.end();
    this.emit("close");
    this.removeAllListeners();
  }
}

/** A UTF-16 unit is one to three bytes of UTF-8, so most texts need no counting. */
function isLonger(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes;
}

/** tRPC takes messages as buffers, and asks each for its text before it does anything else: so one buffer serves them all. */
const message = Buffer.alloc(0);
message.toString = () => received;
let received = "";
