/** What feeds and facts read, computed from the plain log by the plainest reading of the rules. */
import {
  type Fact,
  foldStream,
  intervalsOf,
  type LogEvent,
  MessagesFold,
  type Position,
  position,
  type Seq,
  seq,
  type ShardNumber,
  shardOf,
  shownTo,
  type StreamId,
  type StreamState,
  underMarks,
  type UserId,
  type UserState,
  viewersHead,
} from "@gatz/domain";
import type {
  Account,
  BackfillBudget,
  Profile,
  ResumedStream,
  ShardResume,
  StorageLimits,
} from "@gatz/storage/contract";
import type { Backend } from "../../../packages/storage/src/backend.ts";
import { nullIfUnavailable } from "../../../packages/storage/src/reads/states.ts";
import { simLists } from "./sim_lists.ts";
import type { SimShard } from "./sim_shard.ts";

/** Runs a read on a shard's tables as they are at one moment; throws `ShardUnavailable`. */
export type ReadShard = <T>(shard: ShardNumber, read: (tables: SimShard) => T) => Promise<T>;

export interface SimReadsOptions {
  readonly read: ReadShard;
  readonly shards: readonly ShardNumber[];
  readonly limits: Pick<StorageLimits, "backfillPerStream" | "pageEvents">;
}

export function simReads({ read, shards, limits }: SimReadsOptions): Backend["reads"] {
  return {
    state: (stream) => read(shardOf(stream), (tables) => tables.state(stream)),
    states: (streams) => states(read, streams),
    headsSeen: async (user, discussions) => {
      const found = await states(read, discussions);
      return new Map(discussions.map((id) => [id, headSeen(found.get(id)!, user)])); // one was found for each
    },
    accounts: (users) => accounts(read, users),
    events: (stream, { from, to, limit, newest = false }) =>
      read(shardOf(stream), (tables) => {
        const log = tables.eventsOf(stream);
        const asked = log.slice(from - 1, to);
        const many = Math.min(limit, limits.pageEvents);
        return { asOf: seq(log.length), events: newest ? asked.slice(-many) : asked.slice(0, many) };
      }),
    shardsOf: (user) => read(shardOf(user), (tables) => shardsOf(tables, user)),
    resume: (user, from, budget) =>
      read(from.shard, (tables) => resume(tables, { user, from, budget, perStream: limits.backfillPerStream })),
    outbox: (shard) =>
      read(shard, (tables) => ({
        waiting: [...tables.outbox.values()].filter(({ code }) => code === null).length,
        oldestAt: null,
        rejected: {},
      })),
    streamAt: (stream, at) =>
      read(shardOf(stream), (tables) => {
        // An id's kind is its state's.
        return at > tables.eventsOf(stream).length ? null : stateAt(tables, stream, at) as never;
      }),
    messagesById: (stream, { viewer, ids, ranges }) =>
      read(shardOf(stream), (tables) => {
        const isSeen = (at: Seq) => ranges.some(({ from, to }) => from <= at && at <= to);
        const log = tables.eventsOf(stream);
        const fold = new MessagesFold();
        for (const event of log) {
          if (isSeen(event.seq) && isSeen(event.decided.targetSeq ?? event.seq)) fold.take(event);
        }
        const state = tables.state(stream);
        const marks = state?.kind === "discussion" ? state.expunged : undefined;
        const asked = fold.messages().filter(({ id }) => ids.includes(id)).map((one) => underMarks(one, marks));
        return { asOf: seq(log.length), messages: new Map(asked.map((one) => [one.id, shownTo(viewer, one)])) };
      }),
    profiles: (users) => profiles(read, users),
    account: (user) =>
      read(shardOf(user), (tables) => {
        const state = tables.state(user);
        return state?.kind === "user" ? state : null;
      }),
    ...simLists(read, shards),
    ground: notSimulated,
    groupsOf: notSimulated,
    messages: notSimulated,
    discussionOf: notSimulated,
    eventsAbout: notSimulated,
    moderation: notSimulated,
  };
}

function notSimulated(): never {
  throw new Error("nothing in a simulation reads this");
}

async function states(
  read: ReadShard,
  streams: readonly StreamId[],
): Promise<ReadonlyMap<StreamId, Fact<StreamState>>> {
  const facts = new Map<StreamId, Fact<StreamState>>();
  await Promise.all(streams.map(async (stream) => {
    const here = await read(shardOf(stream), (tables) => ({ state: tables.state(stream) })).catch(nullIfUnavailable);
    facts.set(stream, factOf(here));
  }));
  return facts;
}

function factOf(here: { readonly state: StreamState | null } | null): Fact<StreamState> {
  if (here === null) return { kind: "unavailable" };
  return here.state === null ? { kind: "missing" } : { kind: "known", value: here.state };
}

function headSeen(fact: Fact<StreamState>, user: UserId): Fact<Seq> {
  if (fact.kind !== "known") return fact;
  const head = viewersHead(fact.value, user);
  return head === undefined ? { kind: "missing" } : { kind: "known", value: head };
}

async function accounts(read: ReadShard, users: readonly UserId[]): Promise<ReadonlyMap<UserId, Fact<Account>>> {
  const found = await states(read, users);
  return new Map(users.map((user): [UserId, Fact<Account>] => {
    const fact = found.get(user)!; // one was found for each
    if (fact.kind !== "known") return [user, fact];
    return [user, fact.value.kind === "user" ? { kind: "known", value: fact.value } : { kind: "missing" }];
  }));
}

async function profiles(read: ReadShard, users: readonly UserId[]): Promise<ReadonlyMap<UserId, Fact<Profile>>> {
  const found = await accounts(read, users);
  return new Map([...found].map(([user, fact]): [UserId, Fact<Profile>] =>
    // The whole state is what `accounts` reads here.
    fact.kind === "known" ? [user, { kind: "known", value: fact.value as UserState }] : [user, fact]
  ));
}

function shardsOf(tables: SimShard, user: UserId): ShardNumber[] {
  const named = tables.eventsOf(user).flatMap((event) => event.type === "added-to" ? [shardOf(event.body.stream)] : []);
  return [...new Set([shardOf(user), ...named])].sort((a, b) => a - b);
}

interface Resuming {
  readonly user: UserId;
  readonly from: { readonly shard: ShardNumber; readonly position: Position; readonly only?: StreamId };
  readonly budget: BackfillBudget;
  readonly perStream: number;
}

function resume(tables: SimShard, resuming: Resuming): ShardResume {
  const { from: { shard, only } } = resuming;
  const streams = tables.streams.filter((stream) => only === undefined || stream === only);
  return {
    shard,
    position: position(tables.position),
    streams: streams.flatMap((stream) => resumed(tables, stream, resuming) ?? []),
  };
}

function resumed(
  tables: SimShard,
  stream: StreamId,
  { user, from, budget, perStream }: Resuming,
): ResumedStream | null {
  const state = tables.state(stream)!; // it is one of the shard's
  const stay = lastStay(state, user);
  if (stay === undefined) return null;
  const since = from.position;
  const head = stay.left ?? state.seq;
  if (tables.positionOf(stream, head) <= since) return null;
  if (tables.positionOf(stream, stay.from) > since) {
    return { kind: "joined", stream, visibleFrom: stay.historyFrom, head, state: stateAt(tables, stream, head) };
  }
  const events = tables.eventsOf(stream).filter((event) => event.seq <= head && isAfter(tables, event, since));
  if (events.length > Math.min(perStream, budget.events)) {
    return { kind: "behind", stream, head, state: stateAt(tables, stream, head) };
  }
  budget.events -= events.length;
  return { kind: "events", stream, head, state, events };
}

function stateAt(tables: SimShard, stream: StreamId, at: Seq): StreamState {
  return foldStream(tables.eventsOf(stream).slice(0, at)).state!; // the event is there
}

function isAfter(tables: SimShard, { stream, seq }: LogEvent, since: number): boolean {
  return tables.positionOf(stream, seq) > since;
}

function lastStay(state: StreamState, user: UserId): { from: Seq; historyFrom: Seq; left?: Seq } | undefined {
  if (state.kind !== "user") return intervalsOf(state, user).at(-1);
  return state.id === user ? { from: seq(1), historyFrom: seq(1) } : undefined;
}
