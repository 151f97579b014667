/** The part of `discussions.*` that lists them. @module */
import type { Incarnation, ShardNumber } from "@gatz/domain";
import { z } from "zod";
import type { BlocksRead } from "../auth/accounts.ts";
import { malformed } from "../errors.ts";
import { encodeCursor } from "../live/cursor.ts";
import { userProcedure } from "../trpc.ts";
import { decodePlace, encodePlace } from "../views/list_cursor.ts";
import { blockersAmong, type DiscussionRowView, type ListTotals, rowViews, totalsOf } from "../views/list_view.ts";

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
      // Those of the list's own snapshot, where there is one.
      const { blocks, read } = list.blocks === null
        ? await accounts.blocks(viewer)
        : { blocks: new Set(list.blocks), read: {} };
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
};
