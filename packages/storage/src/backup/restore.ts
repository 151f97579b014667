/** Puts a backup into an empty installation (BAK1). @module */
import type { Incarnation, ShardNumber } from "@gatz/domain";
import type { ServerName, StorageConfig } from "../contract.ts";
import { digestKeyCheck } from "../schema/digest_key.ts";
import { waitingTargets } from "../outbox/rows.ts";
import { migrate } from "../schema/migrate.ts";
import { DIRECTORY_SCHEMA, shardSchema } from "../schema/names.ts";
import { Admin, BackupError, CONNECTIONS } from "./admin.ts";
import { readChain, type WholeFile } from "./chain.ts";
import { readBlocks } from "./container.ts";
import { importDiscussion } from "./discussion_import.ts";
import { type Block, type EventsHead, type Header, isBlock } from "./format.ts";
import { loadEvents, readPosition, type ShardTarget } from "./load_events.ts";
import { beginNewLife } from "./promote.ts";
import { writePersonalRecords } from "./personal_records.ts";
import { writeRecords } from "./records.ts";
import { analyze, isFolded, refold } from "./refold.ts";
import { settleOutbox } from "./settle_outbox.ts";
import { sideBySide } from "./side_by_side.ts";

export interface RestoreOptions {
  /** A backup, and those that go on from it, in their order. */
  readonly files: readonly string[];
  readonly onProgress?: (progress: RestoreProgress) => void;
}

export interface RestoreProgress {
  /** First the log is read back, then it is folded. */
  readonly phase: "events" | "folding";
  /** Events done in this phase, and to be done. */
  readonly events: number;
  readonly total: number;
}

export interface RestoreSummary {
  readonly events: number;
  /** Null if a single discussion was put back: the installation's life goes on (BAK2). */
  readonly incarnation: Incarnation | null;
}

/**
 * Restores ids, seqs, positions, times and states as they were, under a new incarnation (LOG9). Ended in the middle, it goes on when it is
 * called with the same files; until it is through, no node starts on these databases. The file of a single discussion is put into the
 * installation as it is (see discussion_import.ts).
 * @throws {BackupError} the files are not whole or not one chain; the installation is not empty; a node runs
 * @throws {DirectoryUnavailable | StorageMisconfigured}
 */
export async function restore(config: StorageConfig, options: RestoreOptions): Promise<RestoreSummary> {
  const chain = await readChain(options.files);
  const last = chain.at(-1);
  if (last === undefined) throw new BackupError("No backup was named.");
  requireFit(last.header, config);
  const { discussion } = last.header;
  if (discussion !== undefined) {
    return { events: await importDiscussion(config, { file: last.file, discussion }), incarnation: null };
  }
  await migrate(config);
  await using admin = new Admin(config);
  const { shards } = await admin.installation({ restoring: last.sha256 });
  await admin.shutOutNodes(shards);
  const run = new Run({ admin, shards, chain, header: last.header, options });
  await run.begin(last.sha256);
  await run.loadEvents();
  await run.loadRecords(last);
  await run.fold();
  await run.settleOutboxes();
  const incarnation = await beginNewLife(admin.directory);
  return { events: run.total, incarnation };
}

function requireFit({ digestKey, positions }: Header, config: StorageConfig): void {
  const key = Uint8Array.fromBase64(digestKey, { alphabet: "base64url" });
  if (digestKeyCheck(key).toHex() !== digestKeyCheck(config.digestKey).toHex()) {
    throw new BackupError(
      "GATZ_DIGEST_KEY is not the one that the backup's digests were made with (LOG2). The backup holds it: see --digest-key.",
    );
  }
  if (positions.length > config.shards) {
    throw new BackupError(`The backup has ${positions.length} shards, and GATZ_SHARDS is ${config.shards}.`);
  }
}

interface RunParts {
  readonly admin: Admin;
  readonly shards: ReadonlyMap<ShardNumber, ServerName>;
  readonly chain: readonly WholeFile[];
  /** Of the last file. */
  readonly header: Header;
  readonly options: RestoreOptions;
}

class Run {
  readonly #parts: RunParts;
  readonly #targets: ReadonlyMap<ShardNumber, ShardTarget>;
  readonly total: number;
  #done = 0;

  constructor(parts: RunParts) {
    const { admin, shards, header } = parts;
    this.#parts = parts;
    this.total = header.positions.reduce((total, position) => total + position, 0);
    // Those that the backup does not know yet must be empty too.
    this.#targets = new Map(
      [...shards].map(([shard, server]) => [shard, { sql: admin.server(server), schema: shardSchema(shard) }]),
    );
  }

  /** Says in the directory what is being restored, unless it says so already. */
  async begin(sha256: string): Promise<void> {
    const { admin } = this.#parts;
    const here = admin.directory(DIRECTORY_SCHEMA);
    const [life] = await admin.directory<{ restoring: string | null; named: boolean }[]>`
      select restoring, exists (select 1 from ${here}.handles) as named from ${here}.installation`;
    if (life?.restoring === sha256) return;
    const isEmpty = life?.named === false && (await this.#positions()).every((position) => position === 0);
    if (!isEmpty) throw new BackupError("The installation is not empty: a backup is restored into an empty one only.");
    await admin.directory`update ${here}.installation set restoring = ${sha256}`;
  }

  async loadEvents(): Promise<void> {
    const positions = new Map<ShardNumber, Promise<number>>();
    await sideBySide(this.#eventBlocks(), CONNECTIONS, async (block) => {
      const { shard, events } = block.head;
      const target = this.#target(shard);
      // The blocks of one shard wait for each other.
      const before = positions.get(shard) ?? readPosition(target);
      const after = before.then((position) => loadEvents(target, block, position));
      positions.set(shard, after);
      await after;
      this.#tell("events", events);
    });
    const reached = await this.#positions();
    const short = this.#parts.header.positions.findIndex((position, shard) => reached[shard] !== position);
    if (short !== -1) throw new BackupError(`The backup lacks events of shard ${short}.`);
  }

  async loadRecords({ file }: WholeFile): Promise<void> {
    for await (const block of readBlocks(file)) {
      if (!isBlock(block, "records")) continue;
      const { head, lines } = block;
      if ("shard" in head) await writePersonalRecords(this.#target(head.shard), head.of, lines);
      else await writeRecords(this.#parts.admin.directory, head.of, lines);
    }
  }

  async fold(): Promise<void> {
    this.#done = 0;
    const { positions } = this.#parts.header;
    // The longest logs first: at the end none is left to be folded alone.
    const longestFirst = [...this.#targets].sort(([a], [b]) => (positions[b] ?? 0) - (positions[a] ?? 0));
    await sideBySide(longestFirst, CONNECTIONS, async ([, target]) => {
      if (await isFolded(target)) return;
      await refold(target, (events) => this.#tell("folding", events));
      await analyze(target);
    });
  }

  async settleOutboxes(): Promise<void> {
    await sideBySide(this.#targets.values(), CONNECTIONS, async (source) => {
      for (const shard of await waitingTargets(source)) {
        await settleOutbox(source, { shard, target: this.#target(shard) });
      }
    });
  }

  async *#eventBlocks(): AsyncGenerator<Block<EventsHead>> {
    for (const { file } of this.#parts.chain) {
      for await (const block of readBlocks(file)) if (isBlock(block, "events")) yield block;
    }
  }

  async #positions(): Promise<number[]> {
    return await Promise.all([...this.#targets.values()].map(readPosition));
  }

  #target(shard: ShardNumber): ShardTarget {
    const target = this.#targets.get(shard);
    if (target === undefined) throw new BackupError(`The backup has events of shard ${shard}, which it does not name.`);
    return target;
  }

  #tell(phase: RestoreProgress["phase"], events: number): void {
    this.#done += events;
    this.#parts.options.onProgress?.({ phase, events: this.#done, total: this.total });
  }
}
