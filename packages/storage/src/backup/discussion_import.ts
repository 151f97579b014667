/** Puts one discussion back (BAK2). @module */
import { type DiscussionId, idToUuid, shardOf } from "@gatz/domain";
import type { StorageConfig } from "../contract.ts";
import { isDataError } from "../postgres/errors.ts";
import { shardSchema } from "../schema/names.ts";
import { eventOf } from "../shard/codec.ts";
import type { Problem } from "../verify/problem.ts";
import { storedLogs } from "../verify/stored_logs.ts";
import { Admin, BackupError } from "./admin.ts";
import { readBlocks } from "./container.ts";
import { checkDiscussion } from "./discussion_check.ts";
import { isBlock } from "./format.ts";
import { insertRows } from "./insert.ts";
import { Names, readLine } from "./lines.ts";
import { eventRow, type ShardTarget } from "./load_events.ts";
import { insertStream } from "./refold.ts";
import { StreamFold } from "./stream_fold.ts";

/**
 * Appends a discussion to its shard's log: the same ids, seqs, times and states, new positions. The group and the people whom it stands on
 * must be there as they were, or `verify` could not prove it any more; so it goes back into its own installation, in whatever life. That may
 * run meanwhile: its shard's fence is held while the events are written, and then whoever writes it reads on.
 * @returns how many events it has
 * @throws {BackupError} it is there already, or something that it stands on is not
 */
export async function importDiscussion(
  config: StorageConfig,
  { file, discussion }: { readonly file: string; readonly discussion: DiscussionId },
): Promise<number> {
  await using admin = new Admin(config);
  const { shards } = await admin.installation();
  const shard = shardOf(discussion);
  const target = (n: typeof shard): ShardTarget => {
    const server = shards.get(n);
    if (server === undefined) throw new BackupError(`There is no shard ${n}, which ${discussion} stands on.`);
    return { sql: admin.server(server), schema: shardSchema(n) };
  };
  await requireAbsent(target(shard), discussion);
  const problems: Problem[] = [];
  const events = await checkDiscussion({
    ...{ file, discussion, digestKey: config.digestKey },
    logs: storedLogs((n, work) => work(target(n))),
    report: (problem) => void problems.push(problem),
  });
  const [first] = problems;
  if (first !== undefined) {
    throw new BackupError(`${discussion} does not fit this installation: [${first.check}] ${first.what}.`);
  }
  await append(target(shard), { file, discussion });
  return events;
}

async function append(
  { sql, schema }: ShardTarget,
  { file, discussion }: { file: string; discussion: DiscussionId },
): Promise<void> {
  try {
    await sql.begin(async (sql) => {
      const q = { sql, schema };
      const [fence] = await sql<{ position: number }[]>`select position from ${sql(schema)}.fence for update`;
      if (fence === undefined) throw new Error(`${schema} has no fence`);
      await requireAbsent(q, discussion);
      let { position } = fence;
      const fold = new StreamFold();
      const names = new Names();
      for await (const block of readBlocks(file)) {
        if (!isBlock(block, "events")) continue;
        const events = block.lines.map((line) => ({ ...readLine(line, names), position: ++position }));
        await insertRows(q, "events", events.map(eventRow));
        for (const event of events) fold.take(eventOf(event.row), event.position);
      }
      await insertStream(q, fold.rows());
      await sql`update ${sql(schema)}.fence set position = ${position}`;
    });
  } catch (error) {
    // A message that is there in another discussion, say.
    if (isDataError(error)) throw new BackupError(`An id of ${discussion} is another event's here.`, { cause: error });
    throw error;
  }
}

async function requireAbsent(
  { sql, schema }: Parameters<typeof insertRows>[0],
  discussion: DiscussionId,
): Promise<void> {
  const there = await sql`select 1 from ${sql(schema)}.streams where id = ${idToUuid(discussion)}`;
  if (there.length > 0) throw new BackupError(`${discussion} is there already, and nothing is ever written over.`);
}
