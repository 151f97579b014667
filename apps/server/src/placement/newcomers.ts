/** Where newcomers are at home: who is brought into a first group gets the home of who brought them (ID4). @module */
import { type LogEvent, type StreamState, type UserId } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import type { Delivery } from "../live/delivery.ts";
import { Turns } from "../rates/turns.ts";

/** People who talk with each other are then served by the same shards. `own`: everybody stays on the shard that their id names. */
export type PlacementPolicy = "inviter" | "own";

export interface NewcomersOptions {
  readonly storage: Pick<Storage, "directory" | "owners">;
  /** A newcomer stays where they are, because the directory did not answer. */
  readonly missed: (error: unknown) => void;
}

/** A group of a thousand must not take the directory from who signs in or begins something. */
const AT_ONCE = 2;
/** Newcomers who wait; more stay where they are. */
const WAITING = 10_000;

/** Told of each committed event; the node that writes a user's shard sees to their home. */
export function watchNewcomers({ storage, missed }: NewcomersOptions): (delivery: Delivery) => void {
  const turns = new Turns<"directory">(AT_ONCE);
  let waiting = 0;
  const settleInTurn = async (newcomer: UserId, bringer: UserId) => {
    waiting++;
    await turns.begin("directory");
    try {
      await settle(storage, { newcomer, with: bringer });
    } finally {
      waiting--;
      turns.end("directory");
    }
  };
  return ({ shard, event, state }) => {
    const bringer = bringerOf(event, state);
    if (bringer === null || storage.owners().get(shard)?.kind !== "here") return;
    if (waiting >= WAITING) return missed(new Error("too many newcomers at once"));
    settleInTurn(bringer.newcomer, bringer.by).catch(missed);
  };
}

/** Who brought whom into a group, if they may be a newcomer: nobody is who has made a group of their own. */
function bringerOf(event: LogEvent, state: StreamState): { newcomer: UserId; by: UserId } | null {
  if (event.type !== "added-to" || event.body.stream !== event.body.group || state.kind !== "user") return null;
  const { stream: newcomer, body: { by } } = event;
  if (by === "system" || by === newcomer) return null;
  const made = Object.values(state.inbox).some(({ streams }) =>
    Object.values(streams).some((entry) => entry.by === newcomer)
  );
  return made ? null : { newcomer, by };
}

async function settle(
  { directory }: Pick<Storage, "directory">,
  { newcomer, with: bringer }: { newcomer: UserId; with: UserId },
): Promise<void> {
  // Whose home was set before is no newcomer.
  if ((await directory.home(newcomer)).past.length > 0) return;
  const { home } = await directory.home(bringer);
  await directory.setFirstHome(newcomer, home);
}
