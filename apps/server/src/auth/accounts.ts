/**
 * What a node knows of the users who call it, each from their own stream: whether their account has ended (USR4), and whom they block
 * (BLK1). It is read at a user's first call; from then on the hub tells of what changes, whoever wrote it.
 * @module
 */
import type { Seq, ShardNumber, UserId, UserState } from "@gatz/domain";
import { shardOf } from "@gatz/domain";
import { type Account, ShardUnavailable, type Storage } from "@gatz/storage/contract";
import { LRUCache } from "lru-cache";
import { within } from "../live/pause.ts";

export interface KnownAccount {
  readonly ended: boolean;
  readonly blocks: ReadonlySet<UserId>;
}

interface Entry extends KnownAccount {
  readonly seq: Seq;
  /** There may be something newer. */
  readonly isStale: boolean;
}

export interface AccountsOptions {
  readonly storage: Pick<Storage, "account">;
  /** Who writes each shard. */
  readonly owners: Storage["owners"];
  /** Whether this node hears of what is committed on a shard from now on. */
  readonly isFollowed: (shard: ShardNumber) => boolean;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
}

/** What an answer says of the blocks that it is shown under. */
export interface BlocksRead {
  readonly blocksUnknown?: true;
}

const CACHED = 100_000;
/** What a user's own shard may delay their calls, of which most are about others; and how long one that was late is not asked again. */
export const PATIENCE_MS = 250;
const SILENCE_MS = 1_000;
/** As often as the fences of shards that others write are read. */
const OWNERS_FRESH_MS = 50;
const NOBODY: ReadonlySet<UserId> = new Set();
const UNKNOWN = Object.freeze({ blocks: NOBODY, read: Object.freeze({ blocksUnknown: true as const }) });
const KNOWN: BlocksRead = Object.freeze({});

export class Accounts {
  readonly #options: AccountsOptions;
  readonly #known = new LRUCache<UserId, Entry>({ max: CACHED });
  readonly #reading = new Map<UserId, Promise<KnownAccount | null>>();
  readonly #silentUntil = new Map<ShardNumber, number>();
  #owners: { readonly map: ReturnType<Storage["owners"]>; readonly at: number } = { map: new Map(), at: -Infinity };
  readonly #watched = new Map<UserId, Set<() => void>>();

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** At once, if it is known. Null: it is not, and the user's own shard does not answer; nobody is locked out for that (SHARD2). */
  of(user: UserId): KnownAccount | Promise<KnownAccount | null> {
    const known = this.#known.get(user);
    if (known?.isStale === false) return known;
    return this.#patiently(user, () => this.#reading.get(user) ?? this.#read(user));
  }

  /**
   * Whom a user blocks (BLK1), as they know it from their last call to any node: where another node writes their stream, the hub hears
   * of it a moment after they do, so it is read. While their own shard does not answer, it is what was known last, and where nothing was, it
   * is nobody: what they see is then what everybody sees, and {@link BlocksRead.blocksUnknown} says so. Nothing to read at all would be the
   * worse for them, and a client knows its user's blocks by itself.
   */
  async blocks(user: UserId): Promise<{ readonly blocks: ReadonlySet<UserId>; readonly read: BlocksRead }> {
    const account =
      await (this.#isWrittenHere(shardOf(user)) ? this.of(user) : this.#patiently(user, () => this.#read(user)));
    return account === null ? UNKNOWN : { blocks: account.blocks, read: KNOWN };
  }

  /** What is known of a user is read anew: they have changed it, and the hub may hear of it later than they ask. */
  forget(user: UserId): void {
    const known = this.#known.get(user);
    // It serves while there is nothing newer to be had.
    if (known !== undefined) this.#known.set(user, { ...known, isStale: true });
    this.#reading.delete(user);
  }

  /** Told by the hub of a user's stream, at an event of it or later. */
  changed(state: UserState): void {
    const { id, endedAt } = state;
    const known = this.#known.peek(id);
    // What comes by the hub may be older than what its user was answered since.
    const isStale = known?.isStale ?? false;
    // Of whom nobody has asked nothing is kept.
    if (known !== undefined || this.#reading.has(id)) this.#keep(id, { ...entryOf(state), isStale });
    if (endedAt !== undefined) this.#tellEnded(id);
  }

  /** Calls back once a user's account has ended, also if it has already; returns what ends that. */
  whenEnded(user: UserId, tell: () => void): () => void {
    const same = this.#watched.get(user) ?? new Set();
    this.#watched.set(user, same.add(tell));
    if (this.#known.get(user)?.ended) tell();
    return () => {
      same.delete(tell);
      // A set that was emptied may have been replaced since.
      if (same.size === 0 && this.#watched.get(user) === same) this.#watched.delete(user);
    };
  }

  #isWrittenHere(shard: ShardNumber): boolean {
    const { owners, now } = this.#options;
    if (now() - this.#owners.at >= OWNERS_FRESH_MS) this.#owners = { map: owners(), at: now() };
    return this.#owners.map.get(shard)?.kind === "here";
  }

  /** What a read gives; if it takes too long or finds no answer, what was known. */
  async #patiently(
    user: UserId,
    read: () => Promise<KnownAccount | null>,
  ): Promise<KnownAccount | null> {
    const { now } = this.#options;
    const shard = shardOf(user);
    if (now() >= (this.#silentUntil.get(shard) ?? 0)) {
      const account = await within(PATIENCE_MS, read());
      if (account !== null) return account;
      this.#silentUntil.set(shard, now() + SILENCE_MS);
    }
    return this.#known.get(user) ?? null;
  }

  #read(user: UserId): Promise<KnownAccount | null> {
    // Asked first: what is committed after the read comes by the hub.
    const isFollowed = this.#options.isFollowed(shardOf(user));
    const reading: Promise<KnownAccount | null> = this.#options.storage.account(user).then(
      (account) => {
        const entry = entryOf(account ?? { seq: 0 as Seq }); // before its first event, a stream is at 0
        const isWanted = this.#reading.get(user) === reading; // or it was forgotten meanwhile
        // Whose shard was silent as their feeds began, and had told of their end before.
        if (entry.ended) this.#tellEnded(user);
        return isFollowed && isWanted ? this.#keep(user, entry) : entry;
      },
      (error) => {
        if (error instanceof ShardUnavailable) return null;
        throw error;
      },
    ).finally(() => {
      if (this.#reading.get(user) === reading) this.#reading.delete(user);
    });
    this.#reading.set(user, reading);
    return reading;
  }

  #tellEnded(user: UserId): void {
    for (const tell of this.#watched.get(user) ?? []) tell();
  }

  /** The newer of what is known and what came. */
  #keep(user: UserId, entry: Entry): Entry {
    const known = this.#known.get(user);
    if (known !== undefined && known.seq > entry.seq) return known;
    this.#known.set(user, entry);
    return entry;
  }
}

function entryOf({ seq, endedAt, blocks = [] }: Account): Entry {
  const blocked = blocks.length === 0 ? NOBODY : new Set(blocks);
  return { seq, ended: endedAt !== undefined, blocks: blocked, isStale: false };
}
