import type { Queryable } from "../postgres/queryable.ts";

/** The columns of an `EventRow`, of the event `e`. */
export function eventColumns({ sql }: Queryable) {
  return sql`e.at, e.stream, e.id, e.actor, e.seq, e.target_seq, e.type, e.version, e.decided, e.body`;
}
