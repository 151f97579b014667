/** Where new groups and discussions may start (ID4). @module */
import { type Outcome, type Proposal, type ShardNumber, shardOf } from "@gatz/domain";
import { type Directory, DirectoryUnavailable } from "../contract.ts";

/** Says why a draft may not start its stream where it does; undefined: it may, or it starts none. */
export type Placement = (proposal: Proposal) => Promise<Outcome | undefined>;

const RETRY_AFTER_MS = 1_000;

/** New groups and discussions start on their maker's home, or on a past one: they may have been minted before the move. */
export function placedAtHome(directory: Pick<Directory, "home">): Placement {
  return async ({ type, actor, stream, body }) => {
    if (type !== "create" || actor === "system") return undefined;
    // Where a direct group is follows from its two people (GRP1).
    if ("direct" in body && body.direct) return undefined;
    const shard = shardOf(stream);
    try {
      if (isOneOf(await directory.home(actor), shard)) return undefined;
      // Another node may have moved them since this one asked.
      const now = await directory.home(actor, { anew: true });
      if (isOneOf(now, shard)) return undefined;
      const { home } = now;
      return { kind: "rejected", code: "WrongShard", field: "stream", detail: { use: home } };
    } catch (error) {
      if (!(error instanceof DirectoryUnavailable)) throw error;
      return { kind: "not-now", reason: "Unavailable", retryAfterMs: RETRY_AFTER_MS };
    }
  };
}

function isOneOf({ home, past }: { home: ShardNumber; past: readonly ShardNumber[] }, shard: ShardNumber): boolean {
  return shard === home || past.includes(shard);
}
