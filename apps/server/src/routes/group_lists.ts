/** The part of `groups.*` that lists them. @module */
import {
  type DiscussionId,
  type GroupId,
  type Incarnation,
  type Seq,
  type ShardNumber,
  shardOf,
  type UnixMs,
  type UserId,
  zGroupId,
} from "@gatz/domain";
import { ShardUnavailable, type Storage } from "@gatz/storage/contract";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { ApiError, malformed } from "../errors.ts";
import { encodeCursor } from "../live/cursor.ts";
import { userProcedure } from "../trpc.ts";
import { decodePlace, encodePlace } from "../views/list_cursor.ts";
import { seenGroup, shardExists } from "../views/seen.ts";
import { type GroupView, groupView } from "../views/stream_view.ts";

/** A group as the caller sees it: for who has left, as it stood then (VIS4). `lastAt`: when what happened last, its `seq`, did. */
export type ListedGroup = GroupView & { readonly lastAt: UnixMs };
/** `unavailable`: its shard does not answer. */
export type GroupRowView = ListedGroup | { readonly kind: "unavailable"; readonly id: GroupId };
/** `missing`: it is not there, or the caller never was in it. */
export type AskedGroup = GroupRowView | { readonly kind: "missing"; readonly id: GroupId };

export interface GroupPage {
  readonly incarnation: Incarnation;
  /** A feed's cursor: what comes after this list (LIVE3). */
  readonly asOf: string;
  /** Latest activity first; behind these at most as many that do not answer, by id. */
  readonly rows: readonly GroupRowView[];
  /** Shards that did not answer: there may be groups that are not in the list. */
  readonly unavailable: readonly ShardNumber[];
  /** For the next page's `before`; null when there is no more. */
  readonly next: string | null;
}

export interface GroupRows {
  readonly incarnation: Incarnation;
  /** One a group, in their order. Each is as of its `seq`. */
  readonly rows: readonly AskedGroup[];
}

const PAGE_ROWS = 100;

export const groupLists = {
  byUser: userProcedure
    .input(z.strictObject({
      before: z.string().max(200).optional(),
      limit: z.int().min(1).max(PAGE_ROWS).default(50),
    }))
    .query(async ({ ctx, input: { before, limit } }): Promise<GroupPage> => {
      const { storage } = ctx.services;
      const { incarnation } = storage;
      const viewer = ctx.session.user;
      const place = before === undefined ? undefined : decodePlace("grp", before);
      if (place === null) throw malformed("before", "not the `next` of a page");
      const behind = place && { before: { lastAt: place.lastAt, group: place.id } };
      const list = await storage.groupList(viewer, { limit, ...behind });
      const asked = await rowsOf(ctx, list.groups.map(({ group }) => group));
      const rows = asked.flatMap((row) => row.kind === "missing" ? [] : [row]);
      return {
        incarnation,
        asOf: encodeCursor({ incarnation, positions: list.asOf, ...(list.rev !== null && { rev: list.rev }) }),
        rows: [...rows, ...list.missing.map((id) => ({ kind: "unavailable", id }) as const)],
        unavailable: list.unavailable,
        next: list.next === null ? null : encodePlace({ lastAt: list.next.lastAt, id: list.next.group }),
      };
    }),

  /** The rows that `byUser` has for these groups, wherever they stand in it. */
  rows: userProcedure
    .input(z.strictObject({ groups: z.array(zGroupId).min(1).max(PAGE_ROWS) }))
    .query(async ({ ctx, input: { groups } }): Promise<GroupRows> => ({
      incarnation: ctx.services.storage.incarnation,
      rows: await rowsOf(ctx, groups),
    })),
};

/** One a group, in their order, each of one moment. */
async function rowsOf(context: UserContext, groups: readonly GroupId[]): Promise<readonly AskedGroup[]> {
  const reads = readingPastInTurn(context);
  const viewer = context.session.user;
  const seen = await Promise.all(groups.map((group) => viewUnless(reads, { group, viewer })));
  const views = seen.filter((one) => one.kind === "group");
  const times = await reads.timesOf(views.map(({ id, seq }) => ({ stream: id, seq })));
  return seen.map((one): AskedGroup => {
    if (one.kind !== "group") return one;
    const lastAt = times.get(one.id);
    return lastAt === undefined ? { kind: "unavailable", id: one.id } : { ...one, lastAt };
  });
}

/** Unless there is nothing to be seen, or nobody to say so. */
async function viewUnless(
  storage: Storage,
  { group: id, viewer }: { readonly group: GroupId; readonly viewer: UserId },
): Promise<GroupView | Exclude<AskedGroup, ListedGroup>> {
  if (!shardExists(storage, id)) return { kind: "missing", id };
  try {
    const { state } = await seenGroup(storage, { viewer, group: id });
    return groupView(state, viewer);
  } catch (error) {
    if (error instanceof ShardUnavailable) return { kind: "unavailable", id };
    if (error instanceof ApiError && error.apiCode === "NotFound") return { kind: "missing", id };
    throw error;
  }
}

const RETRY_AFTER_MS = 1_000;

/** As they stood, groups are folded anew: of who has left many the caller waits for their turn, but not again and again for a shard that is silent. */
function readingPastInTurn({ services: { storage, rates }, session: { user } }: UserContext): Storage {
  const silent = new Set<ShardNumber>();
  const streamAt = <S extends GroupId | DiscussionId>(stream: S, at: Seq) =>
    rates.readInTurn({ user, stream }, async () => {
      const shard = shardOf(stream);
      if (silent.has(shard)) throw new ShardUnavailable(shard, RETRY_AFTER_MS);
      try {
        return await storage.streamAt(stream, at);
      } catch (error) {
        if (error instanceof ShardUnavailable) silent.add(shard);
        throw error;
      }
    });
  return { ...storage, streamAt };
}
