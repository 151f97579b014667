/** The part of `groups.*` that lists them. @module */
import {
  type DiscussionId,
  type GroupId,
  type Incarnation,
  type Seq,
  type ShardNumber,
  shardOf,
  type UnixMs,
} from "@gatz/domain";
import { ShardUnavailable, type Storage } from "@gatz/storage/contract";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { malformed } from "../errors.ts";
import { encodeCursor } from "../live/cursor.ts";
import { userProcedure } from "../trpc.ts";
import { decodePlace, encodePlace } from "../views/list_cursor.ts";
import { seenGroup } from "../views/seen.ts";
import { type GroupView, groupView } from "../views/stream_view.ts";

/** A group as the caller sees it: for who has left, as it stood then (VIS4); or that its shard does not answer. */
export type GroupRowView =
  | GroupView & { readonly lastAt: UnixMs }
  | { readonly kind: "unavailable"; readonly id: GroupId };

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
      const reads = readingPastInTurn(ctx);
      const rows = await Promise.all(list.groups.map(async ({ group, lastAt }): Promise<GroupRowView> => {
        const seen = await unlessSilent(seenGroup(reads, { viewer, group }));
        return seen === null ? { kind: "unavailable", id: group } : { ...groupView(seen.state, viewer), lastAt };
      }));
      return {
        incarnation,
        asOf: encodeCursor({ incarnation, positions: list.asOf, ...(list.rev !== null && { rev: list.rev }) }),
        rows: [...rows, ...list.missing.map((id) => ({ kind: "unavailable", id }) as const)],
        unavailable: list.unavailable,
        next: list.next === null ? null : encodePlace({ lastAt: list.next.lastAt, id: list.next.group }),
      };
    }),
};

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

/** A shard may fall silent between the list and its rows. */
async function unlessSilent<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ShardUnavailable) return null;
    throw error;
  }
}
