/** What a feed missed on one shard (LIVE2, LIVE3; DESIGN: Resume), in one snapshot with the fence's position. @module */
import type { Position, ShardNumber, StreamId, StreamState, UserId } from "@gatz/domain";
import type { BackfillBudget, ResumedStream, ShardResume, StorageLimits } from "../contract.ts";
import type { Queryable } from "../postgres/queryable.ts";
import { loadStreamStates } from "../shard/load_states.ts";
import type { ReadPools } from "./read_pools.ts";
import { type Concerned, selectConcerned } from "./resume_concerned.ts";
import { selectMissed } from "./resume_missed.ts";
import { selectStatesAt } from "./stream_at.ts";

export interface ResumeFrom {
  readonly shard: ShardNumber;
  readonly position: Position;
  readonly only?: StreamId;
}

/** States are the costly part: past so many on one shard only heads are told. */
const MAX_STATES = 500;

/**
 * The streams on a shard that concern a user and moved after a position. Spends `budget`, also when several shards are read at once.
 * Throws {@link ShardUnavailable}.
 */
export async function readResume(
  { pools, limits }: { pools: ReadPools; limits: Pick<StorageLimits, "backfillPerStream"> },
  user: UserId,
  { from, budget }: { from: ResumeFrom; budget: BackfillBudget },
): Promise<ShardResume> {
  const { shard } = from;
  // Most often there is nothing, which one statement can tell: it is a snapshot by itself.
  const first = await pools.read(shard, (q) => selectConcerned(q, user, from));
  if (first.concerned.length === 0) return { shard, position: first.position, streams: [] };
  return await pools.snapshot(shard, async (q) => {
    const { position, concerned } = await selectConcerned(q, user, from);
    const began = concerned.filter((one) => one.began);
    const went = concerned.filter((one) => !one.began);
    const missed = await selectMissed(q, went, { since: from.position, budget, perStream: limits.backfillPerStream });
    const present = await loadStreamStates(q, affordable([...went, ...began], { missed, budget }));
    const shown = concerned.filter(({ stream }) => !missed.has(stream));
    const states = new Map([...present, ...await statesOfLeft(q, shown, present)]);
    const streams = concerned.map((one) =>
      one.began ? joined(one, states) : wentOn(one, { states, events: missed.get(one.stream) })
    );
    return { shard, position, streams };
  });
}

/** The streams whose states are loaded: those with events need theirs to be judged by, the others while the bounds last. */
function affordable(
  concerned: readonly Concerned[],
  { missed, budget }: { missed: ReadonlyMap<StreamId, unknown>; budget: BackfillBudget },
): StreamId[] {
  const withEvents = concerned.filter(({ stream }) => missed.has(stream));
  const rest = concerned.filter(({ stream }) => !missed.has(stream));
  const spend = Math.min(rest.length, MAX_STATES, budget.events);
  budget.events -= spend;
  return [...withEvents, ...rest.slice(0, spend)].map(({ stream }) => stream);
}

type States = ReadonlyMap<StreamId, StreamState>;

/** Who has left is shown a stream as it stood then (VIS4). */
async function statesOfLeft(q: Queryable, shown: readonly Concerned[], present: States): Promise<States> {
  const moments = shown.flatMap(({ stream, head }) => {
    const state = present.get(stream);
    return state === undefined || state.kind === "user" || head === state.seq ? [] : [{ stream: state.id, at: head }];
  });
  return await selectStatesAt(q, moments);
}

function joined({ stream, head, visibleFrom }: Concerned, states: States): ResumedStream {
  const state = states.get(stream);
  return state === undefined
    ? { kind: "behind", stream, head, state: null }
    : { kind: "joined", stream, visibleFrom, head, state };
}

function wentOn(
  { stream, head }: Concerned,
  { states, events }: { states: States; events: Extract<ResumedStream, { kind: "events" }>["events"] | undefined },
): ResumedStream {
  const state = states.get(stream);
  return events === undefined || state === undefined
    ? { kind: "behind", stream, head, state: state ?? null }
    : { kind: "events", stream, head, state, events };
}
