/** One device's lists under a scheduler: nothing comes, is answered or goes by until a step says so. @module */
import type { DiscussionId, FeedItem, StreamId, UserId } from "@gatz/domain";
import { assert } from "@gatz/domain";
import { Lists } from "../../packages/client/src/list/lists.ts";
import type { ListsOptions, MarkWish } from "../../packages/client/src/list/contract.ts";
import { Cell } from "../../packages/client/src/observable.ts";
import type { Change } from "../../packages/client/src/store/contract.ts";
import { memoryStore } from "../../packages/client/src/store/memory.ts";
import type { Timing } from "../../packages/client/src/timing.ts";
import { CUT, type Trouble } from "../../packages/client/src/trouble.ts";
import type { ListWorld } from "./list_world.ts";

/** A question on its way: first the server looks, then the answer arrives. */
interface Question {
  readonly look: () => unknown;
  readonly answer: (answer: unknown) => void;
  seen?: { readonly answer: unknown };
}

/** So many items of other shards the user's own may be ahead of. */
const AHEAD = 12;

export class ListDevice {
  readonly #world: ListWorld;
  readonly #store = memoryStore();
  readonly wishes = new Cell<ReadonlyMap<DiscussionId, MarkWish>>(new Map());
  lists!: Lists;
  /** How much of the feed was taken, and how much of that is stored. */
  #taken = 0;
  #stored = 0;
  #isConnected = false;
  #questions: Question[] = [];
  #waits: (() => void)[] = [];
  #unwritten: Change[] = [];
  #now = 1_800_000_000_000;
  /** The newest head that was shown of each discussion since the device was started. */
  readonly #shown = new Map<DiscussionId, number>();

  private constructor(world: ListWorld) {
    this.#world = world;
  }

  static async start(world: ListWorld): Promise<ListDevice> {
    const device = new ListDevice(world);
    await device.crash();
    return device;
  }

  /** The program ends, and is started again with what was written. */
  async crash(): Promise<void> {
    this.lists?.close();
    this.#questions = [];
    this.#waits = [];
    this.#unwritten = [];
    this.#shown.clear();
    this.#isConnected = false;
    this.#taken = this.#stored;
    this.lists = new Lists(this.#options());
    await this.lists.load();
    this.lists.discussions.subscribe(() => this.#look());
    this.#look();
  }

  /** With no cursor, the first page says where to begin. */
  async connect(): Promise<void> {
    if (this.#isConnected) return;
    if (this.#stored === 0) {
      const begun = this.lists.begin();
      await this.#answerAll();
      const beginning = await begun;
      assert("cursor" in beginning, "the script answers");
      this.#taken = Number(beginning.cursor);
      await this.write();
    }
    this.#isConnected = true;
    this.lists.connected(true);
    await settled();
  }

  async cut(): Promise<void> {
    this.#isConnected = false;
    this.lists.connected(false);
    for (const { answer } of this.#questions.splice(0)) answer(CUT);
    await settled();
  }

  /** Takes what the feed brings next; with `lose`, what is of streams is dropped, and only said to be there. */
  async frame(size: number, { lose = false } = {}): Promise<void> {
    if (!this.#isConnected) return;
    const items = this.#world.feed.slice(this.#taken, this.#taken + size);
    this.#taken += items.length;
    // The user's own shard may be ahead of others.
    if (!lose) {
      items.push(...this.#world.feed.slice(this.#taken, this.#taken + AHEAD).filter((item) => this.#isOwn(item)));
    }
    this.lists.take(lose ? this.#bumped(items) : items);
    this.#unwritten.push(...this.lists.drain());
    await settled();
  }

  /** What is drained goes into the store with the cursor. */
  async write(): Promise<void> {
    this.#unwritten.push(...this.lists.drain());
    await this.#store.write(this.#unwritten.splice(0));
    this.#stored = this.#taken;
  }

  /** The server looks at one of the questions, or the answer to it arrives, or is lost. */
  async server(n: number, what: "look" | "arrive" | "lose"): Promise<void> {
    const question = this.#questions[n % Math.max(this.#questions.length, 1)];
    if (question === undefined) return;
    if (what !== "lose") question.seen ??= { answer: question.look() };
    if (what === "look") return;
    this.#questions = this.#questions.filter((other) => other !== question);
    question.answer(what === "lose" ? CUT : question.seen?.answer);
    await settled();
  }

  async time(n: number): Promise<void> {
    this.#now += 1_000;
    this.#waits.splice(n % Math.max(this.#waits.length, 1), 1)[0]?.();
    await settled();
  }

  /** Everything comes, and is answered. */
  async quiet(): Promise<void> {
    await this.connect();
    for (let turn = 0; turn < 50; turn++) {
      await this.frame(1_000);
      await this.#answerAll();
      if (this.#waits.length + this.#questions.length === 0) return;
      while (this.#waits.length > 0) await this.time(0);
    }
    throw new Error("it does not come to rest");
  }

  async #answerAll(): Promise<void> {
    for (await settled(); this.#questions.length > 0;) await this.server(0, "arrive");
  }

  #isOwn(item: FeedItem): boolean {
    if (item.type === "event") return item.event.stream === this.#world.viewer;
    return item.type === "read" || item.type === "setting";
  }

  #bumped(items: readonly FeedItem[]): FeedItem[] {
    const heads = new Map<StreamId, FeedItem>();
    for (const item of items) {
      if (item.type === "event") {
        const { stream, seq: head } = item.event;
        heads.set(stream, { type: "behind", stream, head });
      } else if (item.type === "opaque") heads.set(item.stream, { type: "behind", stream: item.stream, head: item.to });
      else if (item.type === "joined") heads.set(item.stream, { type: "behind", stream: item.stream, head: item.head });
    }
    return [...heads.values(), { type: "beat", heads: [], rev: this.#world.rev }];
  }

  /** A row never goes back to an older head. */
  #look(): void {
    for (const row of this.lists.discussions.snapshot().rows) {
      if (row.kind !== "discussion") continue;
      assert(row.head >= (this.#shown.get(row.id) ?? 0), `${row.id} went back to ${row.head}`);
      this.#shown.set(row.id, row.head);
    }
  }

  #options(): ListsOptions {
    const world = this.#world;
    const ask = <T>(look: () => T) =>
      new Promise<T | Trouble>((answer) =>
        // What is looked at is what is answered.
        this.#questions.push({ look, answer: (seen) => answer(seen as T | Trouble) })
      );
    return {
      viewer: world.viewer,
      store: this.#store,
      wishes: this.wishes,
      onChange: () => {},
      timing: this.#timing(),
      server: {
        discussions: (page) => ask(() => world.page({ limit: 50, ...page })),
        rows: ({ discussions }) => ask(() => world.asked(discussions)),
        groups: (page) => ask(() => world.groupPage({ limit: 50, ...page })),
        groupRows: ({ groups }) => ask(() => world.askedGroups(groups)),
        open: () => ask(() => world.open()),
        people: ({ ids }) =>
          ask(() => ({ incarnation: world.page({ limit: 1 }).incarnation, users: ids.map(missing) })),
      },
    };
  }

  #timing(): Timing {
    return {
      now: () => this.#now,
      retryDelayMs: () => 1_000,
      wait: (_ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          const over = () => {
            this.#waits = this.#waits.filter((wait) => wait !== over);
            resolve();
          };
          this.#waits.push(over);
          signal.addEventListener("abort", over, { once: true });
        }),
    };
  }
}

const missing = (id: UserId) => ({ kind: "missing", id }) as const;

/** Everything has gone on that waits for no step. */
async function settled(): Promise<void> {
  for (let n = 0; n < 40; n++) await Promise.resolve();
}
