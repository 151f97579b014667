/** How far users see into discussions (VIS4): what a mark may say, and no more of the state than that takes. @module */
import {
  type DiscussionId,
  type Fact,
  idToUuid,
  type Seq,
  shardOf,
  type UserId,
  uuidToId,
  visibleRanges,
} from "@gatz/domain";
import { plainArray } from "../postgres/arrays.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { STREAM_KIND_CODES } from "../schema/codes.ts";
import { PREPARED } from "../shard/load_ground.ts";
import { membershipsOf, type MemberTuple } from "../shard/load_states.ts";
import type { ReadPools } from "./read_pools.ts";
import { StateReads } from "./states.ts";

/** A user in a discussion. */
type Seat = `${DiscussionId} ${UserId}`;

interface HeadRow {
  readonly stream: string;
  readonly user: string;
  readonly seq: number;
  readonly stays: readonly MemberTuple[];
}

/** See `Storage.headsSeen`. Marks come in crowds, so what is asked of a shard while another question is on its way goes with the next. */
export function createHeadsSeen(pools: ReadPools) {
  const reads = new StateReads<Seat, Seq>(pools, loadHeads, {
    shardOf: (seat) => shardOf(partsOf(seat)[0]),
    oneAtATime: true,
  });
  return async (user: UserId, discussions: readonly DiscussionId[]): Promise<ReadonlyMap<DiscussionId, Fact<Seq>>> => {
    const facts = await reads.many(discussions.map((discussion): Seat => `${discussion} ${user}`));
    return new Map([...facts].map(([seat, fact]) => [partsOf(seat)[0], fact]));
  };
}

function partsOf(seat: Seat): readonly [DiscussionId, UserId] {
  return seat.split(" ") as [DiscussionId, UserId]; // ids have no spaces
}

async function loadHeads({ sql, schema }: Queryable, seats: readonly Seat[]): Promise<ReadonlyMap<Seat, Seq>> {
  const parts = seats.map(partsOf);
  const uuids = (of: 0 | 1) => plainArray(parts.map((part) => idToUuid(part[of])));
  const rows = await sql.unsafe<HeadRow[]>(heads(schema), [uuids(0), uuids(1)], PREPARED);
  return new Map(rows.flatMap((row): (readonly [Seat, Seq])[] => {
    const user = uuidToId("user", row.user);
    const head = visibleRanges(membershipsOf(row.stays)[user] ?? [], row.seq as Seq).at(-1)?.to; // a row's seq is a checked one
    return head === undefined ? [] : [[`${uuidToId("disc", row.stream)} ${user}`, head]];
  }));
}

/** One statement, so that heads and stays agree with each other. */
function heads(schema: Queryable["schema"]): string {
  const s = `"${schema}"`;
  return `
    select w.stream, w."user", s.seq, m.stays
    from unnest($1::uuid[], $2::uuid[]) as w(stream, "user")
    cross join lateral (
      select seq from ${s}.streams where id = w.stream and kind = ${STREAM_KIND_CODES.discussion} limit 1
    ) s
    cross join lateral (
      select jsonb_agg(jsonb_build_array("user", from_seq, history_from, role, left_seq) order by from_seq) as stays
      from ${s}.members where stream = w.stream and "user" = w."user"
    ) m
    where m.stays is not null`;
}
