/** Questions about many things that are asked together: what is wanted within a moment goes in one call, and calls follow one another. @module */
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";

export interface QuestionsOptions<Id> {
  /** Resolves to those that got no answer and are to be asked again. */
  readonly ask: (ids: readonly Id[]) => Promise<readonly Id[] | Trouble>;
  /** Whether it is still to be asked, now that its turn has come. */
  readonly isWanted: (id: Id) => boolean;
  /** In one call, at most. */
  readonly most: number;
  /** How long others are waited for that may go in the same call; milliseconds. */
  readonly togetherMs?: number;
  readonly timing: Timing;
}

const TOGETHER_MS = 50;

export class Questions<Id> {
  readonly #options: QuestionsOptions<Id>;
  #wanted = new Set<Id>();
  #isConnected = false;
  #isAsking = false;
  /** Calls without an answer, and answers that left something out, in a row. */
  #failures = 0;
  #leftOut = 0;
  /** Aborted when there is no more reason to wait. */
  #pause = new AbortController();
  readonly #closing = new AbortController();

  constructor(options: QuestionsOptions<Id>) {
    this.#options = options;
  }

  want(id: Id): void {
    this.#wanted.add(id);
    void this.#askAll();
  }

  /** Nothing is asked while there is nobody to ask. */
  connected(connected: boolean): void {
    this.#isConnected = connected;
    this.#failures = 0;
    this.#pause.abort();
    void this.#askAll();
  }

  forget(): void {
    this.#wanted.clear();
  }

  close(): void {
    this.#closing.abort();
    this.#pause.abort();
  }

  get #mayAsk(): boolean {
    return this.#isConnected && this.#wanted.size > 0 && !this.#closing.signal.aborted;
  }

  async #askAll(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { timing, togetherMs = TOGETHER_MS } = this.#options;
    for (let delayMs = togetherMs; this.#mayAsk; delayMs = Math.max(togetherMs, await this.#askSome())) {
      this.#pause = new AbortController();
      if (delayMs > 0) await timing.wait(delayMs, this.#pause.signal);
    }
    this.#isAsking = false;
  }

  /** Resolves to how long to leave the server alone. */
  async #askSome(): Promise<number> {
    const { most, isWanted, ask, timing } = this.#options;
    if (!this.#mayAsk) return 0;
    const ids = [...this.#wanted].filter(isWanted).slice(0, most);
    this.#wanted = new Set([...this.#wanted].filter((id) => isWanted(id) && !ids.includes(id)));
    if (ids.length === 0) return 0;
    const answer = await ask(ids);
    if ("kind" in answer) {
      for (const id of ids) this.#wanted.add(id);
      return Math.max(answer.retryAfterMs, timing.retryDelayMs(this.#failures++));
    }
    this.#failures = 0;
    void this.#wantLater(answer);
    return 0;
  }

  /** What one answer leaves out (a shard that is silent) does not hold up the rest. */
  async #wantLater(ids: readonly Id[]): Promise<void> {
    if (ids.length === 0) {
      this.#leftOut = 0;
      return;
    }
    const { timing } = this.#options;
    await timing.wait(timing.retryDelayMs(this.#leftOut++), this.#closing.signal);
    for (const id of ids) this.want(id);
  }
}
