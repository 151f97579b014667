/** Proves a backup without restoring it anywhere (BAK1). @module */
import { canonicalJson, type ShardNumber, shardNumber, type StreamId } from "@gatz/domain";
import type { StorageConfig } from "../contract.ts";
import { CauseCheck } from "../verify/causes.ts";
import { UsersThenCheck } from "../verify/users_then.ts";
import { EffectsCheck } from "../verify/effects.ts";
import { GroupsThen } from "../verify/elsewhere.ts";
import { LogWalk, type ShardChecks } from "../verify/log_walk.ts";
import { PersonalCheck } from "../verify/personal.ts";
import type { Problem, Report } from "../verify/problem.ts";
import type { Verification } from "../verify/verify.ts";
import { DamagedBackup } from "./admin.ts";
import { readChain, type WholeFile } from "./chain.ts";
import { StreamSums } from "./checksums.ts";
import { DamagedFile, readBlockAt, readBlocks } from "./container.ts";
import { checkDiscussion, rowOf } from "./discussion_check.ts";
import { FileLogs } from "./file_logs.ts";
import { type EventsHead, isBlock, type Manifest, type RecordKind, type StreamLine } from "./format.ts";
import { recordOfLine } from "./personal_records.ts";
import { Names, type ReadEvent, readIfReadable } from "./lines.ts";

export interface VerifyBackupOptions {
  /** A backup, and those that go on from it, in their order. */
  readonly files: readonly string[];
  readonly onProgress?: (progress: { readonly events: number; readonly total: number }) => void;
  /** How many problems are kept; the rest is counted. */
  readonly keep?: number;
}

const KEEP = 1_000;

/**
 * Recomputes everything that the files say of themselves: the checksums of the whole, of each stream's skeletons and bodies; positions and
 * seqs without a gap; the digests; what the log folds to, and whether who acted might (as `verify` does of a database). Holds one shard's
 * messages in memory at a time, and all events that are no message's.
 * @throws {DamagedBackup} so that what it says can't be read
 */
export async function verifyBackup({ files, onProgress, keep = KEEP }: VerifyBackupOptions): Promise<Verification> {
  const chain = await readChain(files);
  const problems: Problem[] = [];
  let problemCount = 0;
  const report: Report = (problem) => {
    problemCount++;
    if (problems.length < keep) problems.push(problem);
  };
  const { header } = chain.at(-1)!; // an empty chain is refused
  const digestKey = Uint8Array.fromBase64(header.digestKey, { alphabet: "base64url" });
  if (header.discussion !== undefined) {
    const { discussion } = header;
    const events = await checkDiscussion({ file: files[0]!, discussion, digestKey, logs: null, report }); // the only one
    return { shards: 1, streams: 1, events, problemCount, problems };
  }
  const total = header.positions.reduce((all, position) => all + position, 0);
  const run = new Run({ chain, report, digestKey });
  let events = 0;
  try {
    for (const file of chain) await run.readFile(file);
    header.positions.forEach((position, n) => run.checkReached(shardNumber(n), position));
    for (const n of header.positions.keys()) {
      await run.fold(shardNumber(n), (more) => {
        events += more;
        onProgress?.({ events, total });
      });
    }
  } catch (error) {
    if (error instanceof DamagedFile) throw new DamagedBackup(`A file is damaged: ${error.message}.`, { cause: error });
    throw error;
  }
  return { shards: header.positions.length, streams: run.streams, events, problemCount, problems };
}

interface Parts {
  readonly chain: readonly WholeFile[];
  readonly report: Report;
  readonly digestKey: StorageConfig["digestKey"];
}

interface BlockPlace {
  readonly file: string;
  readonly offset: number;
}

class Run {
  readonly #parts: Parts;
  readonly #logs = new FileLogs();
  readonly #names = new Names();
  readonly #positions = new Map<ShardNumber, number>();
  readonly #places = new Map<ShardNumber, BlockPlace[]>();
  /** Users' own records: all of them are in each file, so those of the last one count. */
  readonly #records = new Map<ShardNumber, BlockPlace[]>();
  streams = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads a file from its beginning to its end, and compares it with what it says of itself. */
  async readFile({ file, header }: WholeFile): Promise<void> {
    const sums = new Map<ShardNumber, StreamSums>();
    const said = new Map<StreamId, { shard: ShardNumber; line: StreamLine }>();
    const records: Partial<Record<RecordKind, number>> = {};
    this.#records.clear();
    const events: number[] = header.positions.map(() => 0);
    let manifest: Manifest | undefined;
    for await (const block of readBlocks(file)) {
      if (isBlock(block, "events")) {
        const { shard } = block.head;
        this.#placesOf(shard).push({ file, offset: block.offset });
        const ofShard = sums.get(shard) ?? new StreamSums();
        sums.set(shard, ofShard);
        for (const event of this.#readEvents(block.head, block.lines)) ofShard.take(event);
        ofShard.settle();
        events[shard] = (events[shard] ?? 0) + block.lines.length;
      } else if (isBlock(block, "streams")) {
        for (const text of block.lines) {
          const line = JSON.parse(text) as StreamLine; // this program wrote it, or the checksums will not be right
          said.set(line.stream, { shard: block.head.shard, line });
        }
      } else if (isBlock(block, "records")) {
        const { head, offset, lines } = block;
        records[head.of] = (records[head.of] ?? 0) + lines.length;
        if ("shard" in head) this.#recordsOf(head.shard).push({ file, offset });
      } else if (isBlock(block, "manifest")) manifest = block.head;
    }
    const streams: number[] = header.positions.map(() => 0);
    for (const [shard, ofShard] of sums) {
      streams[shard] = ofShard.size;
      this.#compareSums(shard, ofShard, said);
    }
    for (const { shard, line } of said.values()) {
      this.#parts.report({
        shard,
        stream: line.stream,
        check: "checksum",
        what: "a stream",
        expected: { ...line },
        found: null,
      });
    }
    this.#compareManifest(manifest, { events, streams, records });
  }

  /** Compares how far a shard's log goes with how far it should. */
  checkReached(shard: ShardNumber, expected: number): void {
    const found = this.#positions.get(shard) ?? 0;
    if (found !== expected) {
      this.#parts.report({ shard, check: "positions", what: "the newest position", expected, found });
    }
  }

  /** Folds a shard's streams and judges their events again. */
  async fold(shard: ShardNumber, onEvents: (events: number) => void): Promise<void> {
    const { digestKey, report } = this.#parts;
    const logs = this.#logs;
    const checks = {
      ...{ shard, digestKey, report },
      groups: new GroupsThen(logs),
      effects: new EffectsCheck(null, { shard, digestKey, logs, report }),
      causes: new CauseCheck({ shard, logs, report }),
      users: new UsersThenCheck({ shard, logs, report }),
    } satisfies ShardChecks;
    const walks = new Map<string, LogWalk>();
    for (const { file, offset } of this.#placesOf(shard)) {
      const { lines } = await readBlockAt(file, offset);
      for (const line of lines) {
        const event = readIfReadable(line, this.#names);
        if (event === undefined) continue;
        const walk = walks.get(event.stream) ?? new LogWalk(checks);
        walks.set(event.stream, walk);
        await walk.take(rowOf(event));
      }
      onEvents(lines.length);
    }
    this.streams += walks.size;
    await checks.effects.finish();
    await checks.causes.finish();
    await checks.users.finish();
    await this.#personal(shard);
  }

  /** Compares users' own records with the logs. */
  async #personal(shard: ShardNumber): Promise<void> {
    const check = new PersonalCheck({ shard, logs: this.#logs, report: this.#parts.report });
    for (const { file, offset } of this.#recordsOf(shard)) {
      const block = await readBlockAt(file, offset);
      if (!isBlock(block, "records") || !("shard" in block.head)) {
        throw new DamagedFile("a block of records is another");
      }
      for (const line of block.lines) await check.take(recordOfLine(block.head.of, line));
    }
    await check.finish(undefined);
  }

  *#readEvents({ shard, after, events }: EventsHead, lines: readonly string[]): Generator<ReadEvent> {
    const { report } = this.#parts;
    let position = this.#positions.get(shard) ?? 0;
    if (after !== position || events !== lines.length) {
      const what = `${events} events after position ${after}`;
      report({ shard, check: "positions", what, expected: position, found: lines.length });
    }
    for (const line of lines) {
      const event = readIfReadable(line, this.#names);
      if (event === undefined) {
        report({ shard, check: "row", what: `the line after position ${position}`, expected: "an event", found: null });
        continue;
      }
      if (event.position !== position + 1) {
        const what = `the position after ${position}`;
        report({ shard, check: "positions", what, expected: position + 1, found: event.position });
      }
      position = event.position;
      this.#logs.take(event);
      yield event;
    }
    this.#positions.set(shard, position);
  }

  #compareSums(
    shard: ShardNumber,
    sums: StreamSums,
    said: Map<StreamId, { shard: ShardNumber; line: StreamLine }>,
  ): void {
    for (const found of sums.lines()) {
      const { stream } = found;
      const expected = said.get(stream)?.line;
      said.delete(stream);
      for (const part of ["from", "head", "skeletons", "bodies"] as const) {
        if (found[part] === expected?.[part]) continue;
        const what = `${part} of ${stream}`;
        this.#parts.report({
          shard,
          stream,
          check: "checksum",
          what,
          expected: expected?.[part] ?? null,
          found: found[part],
        });
      }
    }
  }

  #compareManifest(manifest: Manifest | undefined, found: Omit<Manifest, "block">): void {
    const { block: _, ...expected } = manifest ?? { block: undefined };
    // Of what there is none of there is no block.
    const none = Object.fromEntries(Object.keys(manifest?.records ?? {}).map((of) => [of, 0]));
    const counted = { ...found, records: { ...none, ...found.records } };
    if (canonicalJson(expected) === canonicalJson(counted)) return;
    const shard = shardNumber(0);
    this.#parts.report({
      shard,
      check: "checksum",
      what: "the manifest",
      expected: asText(expected),
      found: asText(counted),
    });
  }

  #placesOf(shard: ShardNumber): BlockPlace[] {
    return placesIn(this.#places, shard);
  }

  #recordsOf(shard: ShardNumber): BlockPlace[] {
    return placesIn(this.#records, shard);
  }
}

function placesIn(all: Map<ShardNumber, BlockPlace[]>, shard: ShardNumber): BlockPlace[] {
  const places = all.get(shard) ?? [];
  all.set(shard, places);
  return places;
}

function asText(value: unknown): string {
  return JSON.stringify(value);
}
