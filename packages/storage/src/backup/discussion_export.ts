/** Writes one discussion alone (BAK2). @module */
import { type DiscussionId, idToUuid, shardOf } from "@gatz/domain";
import type { StorageConfig } from "../contract.ts";
import { shardSchema } from "../schema/names.ts";
import { Admin, BackupError } from "./admin.ts";
import { type BackupSummary, createFile, digestKeyText, writeStreams } from "./backup.ts";
import { StreamSums } from "./checksums.ts";
import { FORMAT } from "./format.ts";
import { eventAsText, lineText, Names, toLine } from "./lines.ts";

const PAGE = 2_000;

/**
 * Writes the events of a discussion up to its head at this moment; pages by seq, in bounded memory.
 * @throws {BackupError} there is no such discussion, or such a file already
 * @throws {DirectoryUnavailable | StorageMisconfigured}
 */
export async function exportDiscussion(
  config: StorageConfig,
  { discussion, file }: { readonly discussion: DiscussionId; readonly file: string },
): Promise<BackupSummary> {
  await using admin = new Admin(config);
  const { incarnation, shards } = await admin.installation();
  const shard = shardOf(discussion);
  const server = shards.get(shard);
  if (server === undefined) throw new BackupError(`There is no shard ${shard}, which ${discussion} names.`);
  const q = { sql: admin.server(server), schema: shardSchema(shard) };
  const here = q.sql(q.schema);
  const [head] = await q.sql<{ seq: number }[]>`select seq from ${here}.streams where id = ${idToUuid(discussion)}`;
  if (head === undefined) throw new BackupError(`There is no discussion ${discussion}.`);
  const writer = await createFile(file);
  try {
    const digestKey = digestKeyText(config.digestKey);
    const header = { gatz: "backup", format: FORMAT, incarnation, digestKey, positions: [], discussion } as const;
    await writer.write({ block: "header", ...header }, []);
    const [sums, names] = [new StreamSums(), new Names()];
    for (let after = 0; after < head.seq; after += PAGE) {
      const rows = await q.sql<{ event: string }[]>`
        select ${eventAsText(q)} as event from ${here}.events e where e.stream = ${idToUuid(discussion)}
          and e.seq > ${after} and e.seq <= ${Math.min(after + PAGE, head.seq)} order by e.seq`;
      const lines = rows.map(({ event }) => toLine(event, names));
      for (const line of lines) sums.take(line);
      sums.settle();
      await writer.write({ block: "events", shard, after, events: lines.length }, lines.map(lineText));
    }
    await writeStreams(writer, shard, sums);
    await writer.write({ block: "manifest", events: [head.seq], streams: [1], records: { handles: 0, homes: 0 } }, []);
    const sha256 = await writer.finish();
    return { events: head.seq, streams: 1, bytes: (await Deno.stat(file)).size, sha256 };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}
