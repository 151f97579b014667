/** Tells the server what it has yet to be told of marks and settings, for as long as it may. @module */
import { type DiscussionId, unreachable } from "@gatz/domain";
import { isTrouble, type Server } from "../server/contract.ts";
import type { WishRecord } from "../store/records.ts";
import type { Observable } from "../observable.ts";
import type { Timing } from "../timing.ts";
import type { Trouble } from "../trouble.ts";
import type { Pending } from "./contract.ts";
import type { DueWish, KeptWishes } from "./kept_wishes.ts";
import { isWaiting } from "./queues.ts";
import type { Turn } from "./turn.ts";

/** Calls at once, so that one about a shard that is stuck does not hold up the others. */
const CALLS = 4;
/** Marks that one call tells. */
const MARKS = 100;

interface TellingOptions {
  readonly wishes: KeptWishes;
  readonly server: Pick<Server, "mark" | "markUnread" | "notify">;
  readonly timing: Pick<Timing, "wait" | "retryDelayMs">;
  readonly pending: Observable<Pending>;
  readonly turn: Turn;
}

/** What became of a wish; a number: nobody knows, or not now, and not to be told again for so many milliseconds. */
type Told = "told" | number;
type ReadWish = Extract<WishRecord, { readonly type: "read" }>;

export class Telling {
  readonly #options: TellingOptions;
  /** What is being told, or waits until it is time to tell it again, by kind and discussion. */
  readonly #busy = new Set<string>();
  readonly #failures = new Map<string, number>();
  #calls = 0;
  /** One of the marks could not be read: they go one by one. */
  #alone = false;

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** Comes back when the turn has ended. */
  async run(): Promise<void> {
    const { wishes, pending, turn } = this.#options;
    const ends = [wishes.all, pending].map((observable) => observable.subscribe(() => this.#step()));
    this.#step();
    try {
      await turn.ended();
    } finally {
      for (const end of ends) end();
    }
  }

  #step(): void {
    const { turn } = this.#options;
    while (!turn.signal.aborted && this.#calls < CALLS) {
      const wishes = this.#next();
      if (wishes.length === 0) return;
      void turn.start(() => this.#tellAll(wishes));
    }
  }

  /** What one call can tell. */
  #next(): readonly DueWish[] {
    const due = this.#options.wishes.due().filter((wish) =>
      !this.#busy.has(nameOf(wish)) && !this.#isNew(wish.value.discussion)
    );
    const reads = due.filter(({ value }) => value.type === "read");
    return reads.length > 0 ? reads.slice(0, this.#alone ? 1 : MARKS) : due.slice(0, 1);
  }

  /** Whether the discussion has yet to be accepted itself. */
  #isNew(discussion: DiscussionId): boolean {
    const queue = this.#options.pending.snapshot().get(discussion);
    return queue?.some((one) => one.draft.type === "create" && isWaiting(one)) ?? false;
  }

  async #tellAll(wishes: readonly DueWish[]): Promise<void> {
    for (const wish of wishes) this.#busy.add(nameOf(wish));
    this.#calls++;
    const answers = await this.#tell(wishes);
    this.#calls--;
    this.#step();
    const told = wishes.filter((_, i) => answers[i] === "told");
    const isWritten = told.length === 0 || await this.#options.turn.write(() => this.#options.wishes.told(told));
    await Promise.all(wishes.map(async (wish, i) => {
      const answer = answers[i] ?? 0;
      if (answer !== "told" || !isWritten) await this.#pause(wish, { afterMs: answer === "told" ? 0 : answer });
      else this.#failures.delete(nameOf(wish));
      this.#busy.delete(nameOf(wish));
      this.#step();
    }));
  }

  async #tell(wishes: readonly DueWish[]): Promise<readonly Told[]> {
    const { server } = this.#options;
    const value = wishes[0]!.value; // there is at least one
    switch (value.type) {
      case "read":
        return await this.#tellMarks(wishes.map(({ value }) => value as ReadWish)); // then all are
      case "unread": {
        const { discussion, mark: { epoch, seq } } = value;
        const answer = await server.markUnread({ discussion, seq, epoch: epoch - 1 });
        if (isTrouble(answer)) return [toldBy(answer)];
        // Marked unread more than once since the server was told: it goes up by one each time (READ1).
        return [answer.mark.epoch < epoch ? 0 : "told"];
      }
      case "setting": {
        const { discussion, notify } = value;
        return [toldBy(await server.notify({ discussion, notify }))];
      }
      default:
        return unreachable(value);
    }
  }

  async #tellMarks(wishes: readonly ReadWish[]): Promise<readonly Told[]> {
    const marks = wishes.map(({ discussion, mark: { epoch, seq } }) => ({ discussion, seq, epoch }));
    const answer = await this.#options.server.mark({ marks });
    if (!isTrouble(answer)) return answer.marks.map(({ kind }) => kind === "unavailable" ? 0 : "told");
    if (answer.code !== "Malformed" || wishes.length === 1) return wishes.map(() => toldBy(answer));
    this.#alone = true;
    return [];
  }

  async #pause(wish: DueWish, { afterMs }: { readonly afterMs: number }): Promise<void> {
    const { timing, turn } = this.#options;
    const failures = this.#failures.get(nameOf(wish)) ?? 0;
    this.#failures.set(nameOf(wish), failures + 1);
    await timing.wait(Math.max(afterMs, timing.retryDelayMs(failures)), turn.signal);
  }
}

const nameOf = ({ value: { type, discussion } }: DueWish): string =>
  `${type === "setting" ? "setting" : "mark"} ${discussion}`;

/** A discussion that is not there, or that no server can read the id of, has no mark: there is nothing to tell. */
function toldBy(answer: object | Trouble): Told {
  if (!isTrouble(answer)) return "told";
  return answer.code === "NotFound" || answer.code === "Malformed" ? "told" : answer.retryAfterMs;
}
