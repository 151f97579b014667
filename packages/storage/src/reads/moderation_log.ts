/** What moderators did in a discussion, out of its log (MOD1). @module */
import { type DiscussionDraft, type DiscussionId, idToUuid, type Seq, seq, shardOf } from "@gatz/domain";
import type { ModerationPage, SeqRange } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { EVENT_CODES } from "../schema/codes.ts";
import { MODERATION_CODES } from "../schema/moderation_codes.ts";
import { eventOf, type EventRow } from "../shard/codec.ts";
import { eventColumns } from "../shard/event_columns.ts";
import { MAX_SEQ } from "./events.ts";
import type { ReadPools } from "./read_pools.ts";

/** `seq` is null in the one row of a page without events. */
type PageRow = { head: number } & (EventRow | { seq: null });

export interface ModerationAsk {
  readonly ranges: readonly SeqRange[];
  readonly before?: Seq;
  readonly limit: number;
}

/** A page of it through ranges that a viewer sees, newest first; not what authors deleted themselves, nor who went by leaving the group. */
export async function readModeration(
  pools: ReadPools,
  stream: DiscussionId,
  { ranges, before, limit }: ModerationAsk,
): Promise<ModerationPage> {
  const upTo = Math.min((before ?? MAX_SEQ) - 1, MAX_SEQ);
  const rows = await pools.read(shardOf(stream), (q) => selectPage(q, stream, { ranges, upTo, limit: limit + 1 }));
  const events = rows.flatMap((row) => row.seq === null ? [] : [eventOf(row)]);
  const page = events.slice(0, limit);
  return {
    asOf: seq(Math.min(rows[0]?.head ?? 0, ranges.at(-1)?.to ?? 0)),
    events: page,
    before: events.length > limit ? page.at(-1)!.seq : null, // a full page has a last
  };
}

// One statement: the head is that of the events' snapshot (READ0).
function selectPage(
  q: Queryable,
  stream: DiscussionId,
  { ranges, upTo, limit }: { ranges: readonly SeqRange[]; upTo: number; limit: number },
): Promise<PageRow[]> {
  const { sql } = q;
  const here = sql(q.schema);
  const from = ranges.map((range) => range.from);
  const to = ranges.map((range) => Math.min(range.to, upTo));
  // Written out as the index has them: as parameters they would keep a prepared statement from it.
  const code = (type: DiscussionDraft["type"]) => sql.unsafe(String(EVENT_CODES.discussion[type]));
  return sql<PageRow[]>`
    select h.seq as head, p.*
    from ${here}.streams h
    left join lateral (
      select ${eventColumns(q)}
      from unnest(${from}::int[], ${to}::int[]) as seen(f, t)
      cross join lateral (
        select * from ${here}.events e
        where e.stream = h.id and e.type in (${sql.unsafe(MODERATION_CODES)}) and e.seq between f and t
          and (e.actor is not null or e.type = ${code("expunge")})
          and (e.type <> ${code("delete-message")} or not exists (
            select 1 from ${here}.events own
            where own.stream = e.stream and own.seq = e.target_seq and own.actor = e.actor
          ))
        order by e.seq desc limit ${limit}
      ) e
      order by e.seq desc limit ${limit}
    ) p on true
    where h.id = ${idToUuid(stream)}
    order by p.seq desc`;
}
