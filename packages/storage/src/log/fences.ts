/** What a shard's fence says to who only reads it: how far the log and the personal records go, and who writes it. @module */
import { position, rev, type ShardNumber } from "@gatz/domain";
import type { ShardFence } from "../contract.ts";
import type { NodeAddress, NodeId } from "../nodes/contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import type { Sql } from "../postgres/sql_client.ts";
import { shardSchema } from "../schema/names.ts";

export interface Fence extends ShardFence {
  /** Who raised the epoch to its value; null: nobody who says so. */
  readonly owner: NodeAddress | null;
}

interface FenceRow {
  epoch: number;
  position: number;
  rev: number;
  owner: string | null;
  owner_url: string | null;
}

export async function readFence({ sql, schema }: Queryable): Promise<Fence> {
  const [row] = await sql<FenceRow[]>`
    select epoch, position, owner, owner_url, rev from ${sql(schema)}.fence, ${sql(schema)}.reads_head`;
  if (!row) throw new Error("the shard has no fence");
  return fenceOf(row);
}

/** The fences of many shards of one server, in one statement. */
export async function readFences(
  sql: Sql,
  shards: readonly ShardNumber[],
): Promise<ReadonlyMap<ShardNumber, Fence>> {
  const selects = shards.map((shard) =>
    `select ${shard} as shard, epoch, position, owner, owner_url, rev
      from "${shardSchema(shard)}".fence, "${shardSchema(shard)}".reads_head`
  );
  const rows = await sql.unsafe<(FenceRow & { shard: ShardNumber })[]>(selects.join(" union all "));
  return new Map(rows.map((row) => [row.shard, fenceOf(row)]));
}

function fenceOf({ epoch, position: at, rev: newest, owner, owner_url: url }: FenceRow): Fence {
  // Written by a node, of its own id.
  return {
    epoch,
    position: position(at),
    rev: rev(newest),
    owner: owner === null ? null : { node: owner as NodeId, url },
  };
}
