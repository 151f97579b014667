/** The statements of a flush's first round trip, which are sent together. @module */
import { idToUuid, type Seq, type StreamId, type UnixMs, type Uuid } from "@gatz/domain";
import { plainArray } from "../postgres/arrays.ts";
import type { Queryable } from "../postgres/queryable.ts";
import type { Sql } from "../postgres/sql_client.ts";
import { eventOfCode } from "../schema/codes.ts";
import type { SchemaName } from "../schema/names.ts";
import type { StreamEntry } from "./cache.ts";
import { actorOf, eventId } from "./codec.ts";
import type { HeldFence, KnownEvents, Loaded, Wanted } from "./ground.ts";
import { loadMessageStates } from "./load_messages.ts";
import { loadStreamStates } from "./load_states.ts";
import type { Statements } from "./statements.ts";

export interface Reading {
  readonly sql: Sql;
  readonly schema: SchemaName;
  readonly statements: Statements;
}

interface FenceRow extends HeldFence {
  readonly epoch: number;
}

/** Locks the fence; waits for whoever holds it, up to the lane's lock_timeout. Must follow BEGIN. */
export async function lockFence({ sql, statements }: Reading): Promise<HeldFence> {
  const [row] = await sql.unsafe<FenceRow[]>(statements.fence, [], PREPARED).execute();
  if (!row) throw new Error("the shard has no fence");
  return row;
}

interface KnownRow {
  id: Uuid;
  stream: string;
  actor: string | null;
  seq: number;
  at: number;
  type: number;
  digest: Uint8Array | null;
}

/** Which of the ids are in the log (LOG2). */
export async function findKnown(
  { sql, statements }: Pick<Reading, "statements"> & Pick<Queryable, "sql">,
  ids: Wanted["ids"],
): Promise<KnownEvents> {
  const rows = await sql.unsafe<KnownRow[]>(statements.known, [plainArray([...ids])], PREPARED).execute();
  return new Map(rows.map((row) => {
    // The table's numbers are checked ones.
    const ack = { id: eventId(eventOfCode(row.type).type, row.id), seq: row.seq as Seq, at: row.at as UnixMs };
    return [row.id, { ack, digest: row.digest === null ? null : row.digest.toHex(), actor: actorOf(row.actor) }];
  }));
}

/** Folded states at the log's head. Absent: not there. */
export async function loadStates({ sql, schema, statements }: Reading, wanted: Wanted): Promise<Loaded> {
  const q = { sql, schema };
  const uuids = plainArray(wanted.streams.map(idToUuid));
  const [heads, states, messages] = await Promise.all([
    wanted.streams.length === 0
      ? []
      : sql.unsafe<{ id: string; last_at: number }[]>(statements.heads, [uuids], PREPARED),
    loadStreamStates(q, wanted.streams),
    loadMessageStates(q, wanted.messages),
  ]);
  const lastAt = new Map(heads.map((row) => [row.id, row.last_at]));
  const streams = new Map<StreamId, StreamEntry>();
  for (const [id, state] of states) {
    const at = lastAt.get(idToUuid(id));
    if (at === undefined) throw new Error(`a stream with a state and without a head: ${id}`);
    streams.set(id, { state, lastAt: at, activeOn: 0 });
  }
  const taken = new Set(wanted.streams.filter((id) => !states.has(id) && lastAt.has(idToUuid(id))));
  return { streams, messages, taken };
}

export const PREPARED = { prepare: true, simple: false } as const;
