/** The part of `discussions.*` that lists them. @module */
import {
  type DiscussionId,
  type Incarnation,
  type Rev,
  type ShardNumber,
  shardOf,
  type UserId,
  zDiscussionId,
} from "@gatz/domain";
import { z } from "zod";
import type { DiscussionList } from "@gatz/storage/contract";
import type { Accounts, BlocksRead } from "../auth/accounts.ts";
import { malformed } from "../errors.ts";
import { encodeCursor } from "../live/cursor.ts";
import { userProcedure } from "../trpc.ts";
import { decodePlace, encodePlace } from "../views/list_cursor.ts";
import {
  blockersAmong,
  type DiscussionRowView,
  type ListedDiscussion,
  type ListTotals,
  rowView,
  rowViews,
  totalsOf,
} from "../views/list_view.ts";

export interface DiscussionPage extends BlocksRead {
  readonly incarnation: Incarnation;
  /** A feed's cursor: what comes after this list (LIVE3). */
  readonly asOf: string;
  /** Latest activity first; behind these at most as many that do not answer, by id. */
  readonly rows: readonly DiscussionRowView[];
  /** Only with the first page. */
  readonly totals: ListTotals | null;
  /** Shards that did not answer (USR3): there may be discussions that are not in the list. */
  readonly unavailable: readonly ShardNumber[];
  /** For the next page's `before`; null when there is no more. */
  readonly next: string | null;
}

export interface DiscussionRows extends BlocksRead {
  readonly incarnation: Incarnation;
  /** What the marks in the rows are at least at; null: the caller's own shard does not answer. Each row is as of its `head`. */
  readonly asOf: Rev | null;
  /** One a discussion, in their order. */
  readonly rows: readonly AskedRow[];
}

/** `missing`: it is not there, or the caller never was in it. `unavailable`: its shard does not answer. */
export type AskedRow = ListedDiscussion | { readonly kind: "missing" | "unavailable"; readonly id: DiscussionId };

const PAGE_ROWS = 100;

export const discussionLists = {
  byUser: userProcedure
    .input(z.strictObject({
      before: z.string().max(200).optional(),
      limit: z.int().min(1).max(PAGE_ROWS).default(50),
    }))
    .query(async ({ ctx, input: { before, limit } }): Promise<DiscussionPage> => {
      const { storage, accounts } = ctx.services;
      const { incarnation } = storage;
      const viewer = ctx.session.user;
      const place = before === undefined ? undefined : decodePlace("disc", before);
      if (place === null) throw malformed("before", "not the `next` of a page");
      const behind = place && { before: { lastAt: place.lastAt, discussion: place.id } };
      const list = await storage.discussionsOf(viewer, { limit, ...behind });
      const blockers = await blockersAmong(storage, { list, viewer });
      const { blocks, read } = await blocksOf(list, { accounts, viewer });
      return {
        incarnation,
        asOf: encodeCursor({ incarnation, positions: list.asOf, ...(list.rev !== null && { rev: list.rev }) }),
        rows: rowViews({ list, blocks, blockers }),
        totals: place === undefined ? totalsOf({ list, blockers }) : null,
        unavailable: list.unavailable,
        next: list.next === null ? null : encodePlace({ lastAt: list.next.lastAt, id: list.next.discussion }),
        ...read,
      };
    }),

  /** The rows that `byUser` has for these discussions, wherever they stand in it. */
  rows: userProcedure
    .input(z.strictObject({ discussions: z.array(zDiscussionId).min(1).max(PAGE_ROWS) }))
    .query(async ({ ctx, input: { discussions } }): Promise<DiscussionRows> => {
      const { storage, accounts } = ctx.services;
      const viewer = ctx.session.user;
      const list = await storage.discussionRows(viewer, discussions);
      const blockers = await blockersAmong(storage, { list, viewer });
      const { blocks, read } = await blocksOf(list, { accounts, viewer });
      const rows = new Map(list.rows.map((row) => [row.discussion, rowView(row, { blocks, blockers })]));
      const isSilent = (id: DiscussionId) => list.unavailable.includes(shardOf(id));
      return {
        incarnation: storage.incarnation,
        asOf: list.rev,
        rows: discussions.map((id) => rows.get(id) ?? { kind: isSilent(id) ? "unavailable" : "missing", id }),
        ...read,
      };
    }),
};

/** Those of the list's own snapshot, where there is one. */
async function blocksOf(
  { blocks }: Pick<DiscussionList, "blocks">,
  { accounts, viewer }: { accounts: Accounts; viewer: UserId },
): ReturnType<Accounts["blocks"]> {
  return blocks === null ? await accounts.blocks(viewer) : { blocks: new Set(blocks), read: {} };
}
