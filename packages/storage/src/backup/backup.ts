/** Writes a backup of an installation that runs or stands (BAK1). @module */
import { type ShardNumber, shardNumber } from "@gatz/domain";
import type { ServerName, StorageConfig } from "../contract.ts";
import { shardSchema } from "../schema/names.ts";
import { Admin, type AdminSql, BackupError, CONNECTIONS } from "./admin.ts";
import { StreamSums } from "./checksums.ts";
import { BlockWriter } from "./container.ts";
import { cut, type Positions } from "./cut.ts";
import { readHeader } from "./chain.ts";
import { FORMAT, type Header, type Manifest } from "./format.ts";
import { eventAsText, lineText, Names, toLine } from "./lines.ts";
import { headsAtCut, PERSONAL_KINDS, readPersonalPages, readRev } from "./personal_records.ts";
import { DIRECTORY_KINDS, readRecords } from "./records.ts";
import type { Queryable } from "../postgres/queryable.ts";
import type { Sight } from "../verify/elsewhere.ts";
import { sideBySide } from "./side_by_side.ts";

export interface BackupOptions {
  /** Where to; there must be no such file. */
  readonly file: string;
  /** An earlier backup: only what came after it is written, and a restore takes both. */
  readonly since?: string;
  readonly onProgress?: (progress: BackupProgress) => void;
}

export interface BackupProgress {
  /** Events done, and to be done. */
  readonly events: number;
  readonly total: number;
}

export interface BackupSummary {
  readonly events: number;
  readonly streams: number;
  readonly bytes: number;
  readonly sha256: string;
}

const PAGE = 2_000;
const STREAM_LINES = 5_000;

/**
 * Writes what the installation holds at one moment (see cut.ts): pages by position, side by side, in bounded memory, and without a snapshot
 * that outlives a page, for a log does not change.
 * @throws {BackupError | DirectoryUnavailable | StorageMisconfigured}
 */
export async function backup(config: StorageConfig, options: BackupOptions): Promise<BackupSummary> {
  const since = options.since === undefined ? undefined : await readHeader(options.since);
  if (since?.header.discussion !== undefined) throw new BackupError(`${since.file} is one discussion alone.`);
  await using admin = new Admin(config);
  const { incarnation, shards } = await admin.installation();
  if (since !== undefined && since.header.incarnation !== incarnation) {
    throw new BackupError("That backup is of an earlier life of this installation (LOG9): make a whole one.");
  }
  const writer = await createFile(options.file);
  try {
    const revs = await readRevs(admin, shards);
    const positions = await cut(admin, shards);
    const run = new Run({ admin, shards, revs, positions, writer, options, since: since?.header.positions ?? [] });
    await writer.write(headerOf({ incarnation, positions, digestKey: config.digestKey, since }), []);
    const counts = await run.shards();
    const records = { ...await run.records(admin.directory), ...await run.personalRecords() };
    await writer.write({ block: "manifest", ...counts, records }, []);
    const sha256 = await writer.finish();
    const { size } = await Deno.stat(options.file);
    return { events: sum(counts.events), streams: sum(counts.streams), bytes: size, sha256 };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** @throws {BackupError} if it is there */
export async function createFile(file: string): Promise<BlockWriter> {
  try {
    return await BlockWriter.create(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new BackupError(`${file} is there already, and a backup is never written over.`);
  }
}

async function readRevs(
  admin: Admin,
  shards: ReadonlyMap<ShardNumber, ServerName>,
): Promise<ReadonlyMap<ShardNumber, number>> {
  const revs = new Map<ShardNumber, number>();
  for (const [shard, server] of shards) {
    revs.set(shard, await readRev({ sql: admin.server(server), schema: shardSchema(shard) }));
  }
  return revs;
}

function headerOf(
  { incarnation, positions, digestKey, since }: {
    incarnation: string;
    positions: Positions;
    digestKey: Uint8Array;
    since: Awaited<ReturnType<typeof readHeader>> | undefined;
  },
): Header {
  return {
    ...{ block: "header", gatz: "backup", format: FORMAT, incarnation },
    digestKey: digestKeyText(digestKey),
    positions: Array.from({ length: positions.size }, (_, n) => positions.get(shardNumber(n)) ?? 0),
    ...(since === undefined ? {} : { since: { sha256: since.sha256, positions: since.header.positions } }),
  };
}

/** As it stands in a header, and in secrets.env. */
export function digestKeyText(key: Uint8Array): string {
  return key.toBase64({ alphabet: "base64url", omitPadding: true });
}

interface RunParts {
  readonly admin: Admin;
  readonly shards: ReadonlyMap<ShardNumber, ServerName>;
  /** How far users' own records had come before the cut. */
  readonly revs: ReadonlyMap<ShardNumber, number>;
  readonly positions: Positions;
  readonly writer: BlockWriter;
  readonly options: BackupOptions;
  /** Where to go on from, by shard. */
  readonly since: readonly number[];
}

type Counts = Pick<Manifest, "events" | "streams">;

class Run {
  readonly #parts: RunParts;
  readonly #total: number;
  #events = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#total = sum([...parts.positions].map(([shard, position]) => position - this.#from(shard)));
  }

  /** Exports every shard; how many events and streams each has. */
  async shards(): Promise<Counts> {
    const { positions } = this.#parts;
    const events: number[] = Array.from(positions, () => 0);
    const streams: number[] = [...events];
    // Their pages are what is held in memory.
    // The longest logs first: at the end none is left to be read alone.
    const longestFirst = [...positions].sort(([a, upToA], [b, upToB]) => upToB - this.#from(b) - upToA + this.#from(a));
    await sideBySide(longestFirst, CONNECTIONS, async ([shard, upTo]) => {
      events[shard] = upTo - this.#from(shard);
      streams[shard] = await this.#shard(shard, upTo);
    });
    return { events, streams };
  }

  async records(directory: AdminSql): Promise<Manifest["records"]> {
    const counts = { handles: 0, homes: 0 };
    for (const of of DIRECTORY_KINDS) {
      for await (const records of readRecords(directory, of)) {
        await this.#parts.writer.write({ block: "records", of, records: records.length }, records);
        counts[of] += records.length;
      }
    }
    return counts;
  }

  async personalRecords(): Promise<Manifest["records"]> {
    const { revs, positions, writer } = this.#parts;
    const counts = { reads: 0, settings: 0 };
    const cutOf = (shard: ShardNumber) => ({ q: this.#tablesOf(shard), position: positions.get(shard) ?? 0 });
    for (const [shard, before] of revs) {
      for (const of of PERSONAL_KINDS) {
        const pages = { of, before, headsAtCut: (sights: readonly Sight[]) => headsAtCut(cutOf, sights) };
        for await (const records of readPersonalPages(this.#tablesOf(shard), pages)) {
          await writer.write({ block: "records", of, shard, records: records.length }, records);
          counts[of] += records.length;
        }
      }
    }
    return counts;
  }

  #tablesOf(shard: ShardNumber): Queryable {
    const { admin, shards } = this.#parts;
    return { sql: admin.server(shards.get(shard)!), schema: shardSchema(shard) }; // the cut is of these shards
  }

  #from(shard: ShardNumber): number {
    return this.#parts.since[shard] ?? 0;
  }

  /** How many streams it has. */
  async #shard(shard: ShardNumber, upTo: number): Promise<number> {
    const { writer } = this.#parts;
    const q = this.#tablesOf(shard);
    const sums = new StreamSums();
    const names = new Names();
    let written = Promise.resolve();
    let next = readPage(q, { after: this.#from(shard), upTo });
    for (let after = this.#from(shard); after < upTo; after += PAGE) {
      const { events, texts } = await next;
      const expected = Math.min(PAGE, upTo - after);
      if (events !== expected) {
        throw new BackupError(`Shard ${shard} has ${events} of the ${expected} events after position ${after}.`);
      }
      // The server makes the next page while this one is worked on.
      if (after + PAGE < upTo) next = readPage(q, { after: after + PAGE, upTo });
      const lines = texts.split("\n").map((text) => {
        const line = toLine(text, names);
        sums.take(line);
        return lineText(line);
      });
      sums.settle();
      await written;
      written = writer.write({ block: "events", shard, after, events: lines.length }, lines);
      // A disk that is full is met at the next page, and must not end the process before the half file is removed.
      written.catch(() => {});
      this.#tell(lines.length);
    }
    await written;
    await writeStreams(writer, shard, sums);
    return sums.size;
  }

  #tell(events: number): void {
    this.#events += events;
    this.#parts.options.onProgress?.({ events: this.#events, total: this.#total });
  }
}

interface Page {
  readonly events: number;
  /** A line each, see {@link eventAsText}. */
  readonly texts: string;
}

function readPage(q: Queryable, { after, upTo }: { after: number; upTo: number }): Promise<Page> {
  const page = q.sql<{ events: number; texts: string | null }[]>`
    select count(*)::int as events, string_agg(${eventAsText(q)}, E'\\n' order by e.position) as texts
    from ${q.sql(q.schema)}.events e where e.position > ${after} and e.position <= ${Math.min(after + PAGE, upTo)}`
    .then(([row]) => ({ events: row?.events ?? 0, texts: row?.texts ?? "" }));
  // Whoever asked may meet another failure first.
  page.catch(() => {});
  return page;
}

/** Writes what is said of a shard's streams. */
export async function writeStreams(writer: BlockWriter, shard: ShardNumber, sums: StreamSums): Promise<void> {
  let lines: string[] = [];
  const flush = async () => {
    if (lines.length > 0) await writer.write({ block: "streams", shard, streams: lines.length }, lines);
    lines = [];
  };
  for (const line of sums.lines()) {
    if (lines.push(JSON.stringify(line)) === STREAM_LINES) await flush();
  }
  await flush();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
