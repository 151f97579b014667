/** Where new groups and discussions may start (ID4). @module */
import { type Outcome, type Proposal, shardOf } from "@gatz/domain";
import { type Directory, DirectoryUnavailable } from "../contract.ts";

/** Says why a draft may not start its stream where it does; undefined: it may, or it starts none. */
export type Placement = (proposal: Proposal) => Promise<Outcome | undefined>;

const RETRY_AFTER_MS = 1_000;

/** New groups and discussions start on their maker's home, or on a past one: they may have been minted before the move. */
export function placedAtHome(directory: Pick<Directory, "home">): Placement {
  return async ({ type, actor, stream }) => {
    if (type !== "create" || actor === "system") return undefined;
    const shard = shardOf(stream);
    try {
      const { home, past } = await directory.home(actor);
      if (shard === home || past.includes(shard)) return undefined;
      return { kind: "rejected", code: "WrongShard", field: "stream", detail: { use: home } };
    } catch (error) {
      if (!(error instanceof DirectoryUnavailable)) throw error;
      return { kind: "not-now", reason: "Unavailable", retryAfterMs: RETRY_AFTER_MS };
    }
  };
}
