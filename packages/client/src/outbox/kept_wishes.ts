/** What the server has yet to be told of marks and settings, as one tab knows it (READ1). @module */
import { compareMarks, type DiscussionId, granted, NOTHING_READ, type NotifyLevel, type ReadMark } from "@gatz/domain";
import { Cell } from "../observable.ts";
import type { Change, Store } from "../store/contract.ts";
import type { WishRecord } from "../store/records.ts";
import type { Timing } from "../timing.ts";
import { KEPT, type Kept, type NotKept, OUTBOX_LOCK, type WantedMark, type Wishes } from "./contract.ts";
import { InOrder } from "./in_order.ts";
import { unlessFailed } from "./unless_failed.ts";

/** What was told is shown for so many milliseconds more: by then the feed has brought it. An older mark changes nothing (READ1). */
const FADE_MS = 5_000;

type WishedMark = Extract<WishRecord, { readonly mark: ReadMark }>;

interface KeptWish {
  /** Its place in the store; null: it is being written, or fades. */
  readonly key: string | null;
  readonly value: WishRecord;
}

/** What has become of one that was being written: nothing, where the store refused it. */
interface Written {
  readonly was: KeptWish;
  readonly is: readonly KeptWish[];
}

/** Of one discussion, either its mark or its setting, and the places of all that it comes from. */
export interface DueWish {
  readonly value: WishRecord;
  readonly keys: readonly string[];
}

export class KeptWishes {
  readonly all = new Cell<Wishes>(new Map());
  readonly #store: Store;
  readonly #timing: Pick<Timing, "wait">;
  readonly #closing: AbortSignal;
  readonly #inOrder = new InOrder();
  #kept: readonly KeptWish[] = [];
  #fading: readonly KeptWish[] = [];
  /** One that has yet to begin. */
  #reading: Promise<void> | null = null;

  constructor(
    { store, timing, closing }: { store: Store; timing: Pick<Timing, "wait">; closing: AbortSignal },
  ) {
    this.#store = store;
    this.#timing = timing;
    this.#closing = closing;
  }

  /**
   * Takes up what other tabs have written.
   * @throws {StoreFailed}
   */
  read(): Promise<void> {
    this.#reading ??= this.#inOrder.run(async () => {
      this.#reading = null;
      await this.#readNow();
    });
    return this.#reading;
  }

  /** Shows at once. `held`: the mark that is known to stand. */
  mark({ type, discussion, seq }: WantedMark, held: ReadMark): Promise<Kept | NotKept> {
    const shown = this.all.snapshot().get(discussion)?.mark ?? NOTHING_READ;
    const present = compareMarks(shown, held) > 0 ? shown : held;
    const next = granted({ type, discussion, seq }, { type: "read", discussion, ...present });
    if (next.type !== "read" || compareMarks(next, present) === 0) return Promise.resolve(KEPT);
    const mark = { epoch: next.epoch, seq: next.seq };
    return this.#add({ type: mark.epoch > held.epoch ? "unread" : "read", discussion, mark });
  }

  notify(discussion: DiscussionId, notify: NotifyLevel): Promise<Kept | NotKept> {
    return this.#add({ type: "setting", discussion, notify });
  }

  /** One of a kind and a discussion. */
  due(): readonly DueWish[] {
    const stored = this.#kept.flatMap(({ key, value }) => key === null ? [] : [{ key, value }]);
    const same = Map.groupBy(
      stored,
      ({ value }) => `${value.type === "setting" ? "setting" : "mark"} ${value.discussion}`,
    );
    return [...same.values()].map((wishes) => ({
      value: wishes.map(({ value }) => value).reduce(later),
      keys: wishes.map(({ key }) => key),
    }));
  }

  /**
   * The server knows of them, or there is nothing that it could be told of.
   * @throws {StoreFailed}
   * @throws {LockLost}
   */
  async told(wishes: readonly DueWish[]): Promise<void> {
    await this.#inOrder.run(async () => {
      const keys = new Set(wishes.flatMap(({ keys }) => keys));
      const deletions = [...keys].map((key): Change => ({ type: "delete", table: "wishes", key }));
      await this.#store.write([{ type: "if-held", lock: OUTBOX_LOCK }, ...deletions]);
      const isTold = ({ key }: KeptWish) => key !== null && keys.has(key);
      this.#show(this.#kept.filter((wish) => !isTold(wish)), this.#kept.filter(isTold));
    });
  }

  async close(): Promise<void> {
    await this.#inOrder.idle();
    this.all.close();
  }

  #add(value: WishRecord): Promise<Kept | NotKept> {
    const added: KeptWish = { key: null, value };
    this.#show([...this.#kept, added]);
    return this.#inOrder.run(async () => {
      const over = this.#kept.flatMap(({ key, value: other }) => key !== null && overtakes(value, other) ? [key] : []);
      let key: string | undefined;
      const outcome = await unlessFailed(async () => {
        [key] = await this.#store.write([
          { type: "append", table: "wishes", value },
          ...over.map((key): Change => ({ type: "delete", table: "wishes", key })),
        ]);
      });
      const written = { was: added, is: key === undefined ? [] : [{ key, value }] };
      // Another tab may have wished something just before: not due, and so not told, before that is known. Where the store fails now, it is read when
      // it tells of it.
      const isRead = key !== undefined && (await unlessFailed(() => this.#readNow(written))).kind === "kept";
      if (!isRead) this.#show(after(written, this.#kept));
      return outcome;
    });
  }

  async #readNow(written?: Written): Promise<void> {
    const stored = await this.#store.list("wishes");
    const keys = new Set(stored.map(({ key }) => key));
    const known = written === undefined ? this.#kept : after(written, this.#kept);
    const gone = known.filter(({ key }) => key !== null && !keys.has(key));
    const unstored = known.filter(({ key }) => key === null);
    this.#show([...stored, ...unstored], gone);
  }

  #show(kept: readonly KeptWish[], fading: readonly KeptWish[] = []): void {
    this.#kept = kept;
    if (fading.length > 0) {
      this.#fading = [...this.#fading, ...fading];
      void this.#fade(fading);
    }
    const shown = new Map<DiscussionId, { mark?: ReadMark; notify?: NotifyLevel }>();
    for (const { value } of [...this.#fading, ...kept]) {
      const wish = shown.get(value.discussion) ?? {};
      shown.set(value.discussion, wish);
      if (value.type === "setting") wish.notify = value.notify;
      else if (compareMarks(value.mark, wish.mark ?? value.mark) >= 0) wish.mark = value.mark;
    }
    this.all.set(shown);
  }

  async #fade(wishes: readonly KeptWish[]): Promise<void> {
    await this.#timing.wait(FADE_MS, this.#closing);
    this.#fading = this.#fading.filter((wish) => !wishes.includes(wish));
    this.#show(this.#kept);
  }
}

const after = ({ was, is }: Written, kept: readonly KeptWish[]): readonly KeptWish[] => [
  ...kept.filter((wish) => wish !== was),
  ...is,
];

const isMark = (wish: WishRecord): wish is WishedMark => wish.type !== "setting";

/** Of two of the same kind and discussion, the one that counts: the greater mark, the later setting. */
const later = (earlier: WishRecord, wish: WishRecord): WishRecord =>
  isMark(earlier) && isMark(wish) && compareMarks(earlier.mark, wish.mark) > 0 ? earlier : wish;

/** Whether the earlier one need not be told any more. */
const overtakes = (wish: WishRecord, earlier: WishRecord): boolean =>
  wish.discussion === earlier.discussion && isMark(wish) === isMark(earlier) && later(earlier, wish) === wish;
