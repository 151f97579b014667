import { ServerUnreachable } from "./errors.ts";

export interface BreakerOptions {
  /** Asks the server something that a working one answers at once; rejects if it does not. */
  probe: () => Promise<void>;
  firstPauseMs: number;
  longestPauseMs: number;
}

/**
 * Skips a server that lately did not answer (SHARD2): while open, every ask fails at once, and the server is probed alone, with pauses
 * that double, until it answers.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #isOpen = false;
  #probing = false;
  #pauseMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#pauseMs = options.firstPauseMs;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Throws {@link ServerUnreachable} while the server is skipped. */
  check(): void {
    if (this.#isOpen) throw this.refusal();
  }

  refusal(cause?: unknown): ServerUnreachable {
    return new ServerUnreachable("the server does not answer", this.#pauseMs, { cause });
  }

  /** No connection could be made. */
  failed(): void {
    if (this.#isOpen || this.#closed) return;
    this.#isOpen = true;
    this.#probeLater();
  }

  /** Something took too long: perhaps the server, perhaps only what was asked. */
  suspect(): void {
    if (!this.#isOpen && !this.#closed) void this.#probe();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #probeLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#probe(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.longestPauseMs);
  }

  async #probe(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    const answers = await this.#options.probe().then(() => true, () => false);
    this.#probing = false;
    if (this.#closed) return;
    this.#isOpen = !answers;
    if (answers) this.#pauseMs = this.#options.firstPauseMs;
    else this.#probeLater();
  }
}
