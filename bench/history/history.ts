/** A big log, made once a run for all that is measured on one: see {@link makeHistory}. @module */
import type { DiscussionId, UserId } from "@gatz/domain";
import { runChild } from "../child.ts";
import { type Database, settled, startDatabase, startServer } from "../environment.ts";
import { makeDiscussion, makeRooms, type Person, type Room } from "../rooms.ts";
import type { Job } from "./grow.ts";

const GROW = new URL("./grow.ts", import.meta.url);
/** Events of a long discussion, and reactions of the one that has few messages. */
const LONG = 100_000;
const SHORT = 100;
/** Who is in them. */
const PEOPLE = 100;
/** The rest of the log: so many rooms share it. */
const ROOMS = { rooms: 64, size: 5 };

export interface History extends AsyncDisposable {
  readonly database: Database;
  /** Events in it, in all. */
  readonly events: number;
  /** Is in all three discussions. */
  readonly viewer: Person;
  /** 100 events. */
  readonly short: DiscussionId;
  /** 100,000 events of all four kinds. */
  readonly long: DiscussionId;
  /** 100 messages, and then 100,000 reactions on the older 50 of them: everybody's with every emoji. */
  readonly reacted: DiscussionId;
}

/**
 * A database with about so many events. People, groups and discussions are made through the public API, the rest through storage, by the
 * writers that the server uses, in large bundles.
 */
export async function makeHistory(events: number): Promise<History> {
  await using parts = new AsyncDisposableStack();
  const database = parts.use(await startDatabase());
  const made = await makePeople(database);
  const { grown } = await runChild<{ grown: number }>(GROW, {
    args: [JSON.stringify(jobs(made, events))],
    env: database.env,
  });
  await database.query("vacuum analyze");
  const running = parts.move();
  const { room: { people: [viewer] }, short, long, reacted } = made;
  return {
    ...{ database, events: grown, viewer: viewer!, short, long, reacted },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A log's size as rows are called after it: `1M`, `250k`. */
export function sizeOf(events: number): string {
  const thousands = Math.round(events / 1_000);
  return thousands >= 995 ? `${Math.round(thousands / 1_000)}M` : `${thousands}k`;
}

interface Made {
  readonly room: Room;
  readonly short: DiscussionId;
  readonly long: DiscussionId;
  readonly reacted: DiscussionId;
  readonly others: readonly Room[];
}

async function makePeople(database: Database): Promise<Made> {
  await using server = await startServer(database);
  const [room] = await makeRooms(server, { rooms: 1, size: PEOPLE });
  const long = await makeDiscussion(server.ws, room!);
  const reacted = await makeDiscussion(server.ws, room!);
  const others = await makeRooms(server, ROOMS);
  await settled(database);
  return { room: room!, short: room!.discussion, long, reacted, others };
}

function jobs({ room, short, long, reacted, others }: Made, events: number): Job[] {
  const people = usersOf(room);
  const rest = Math.max(0, events - 2 * LONG - SHORT);
  return [
    { kind: "chat", discussion: short, people, events: SHORT },
    { kind: "chat", discussion: long, people, events: LONG },
    { kind: "reactions", discussion: reacted, people, messages: 100 },
    ...others.map((other): Job => ({
      kind: "chat",
      discussion: other.discussion,
      people: usersOf(other),
      events: Math.round(rest / others.length),
    })),
  ];
}

function usersOf({ people }: Room): UserId[] {
  return people.map(({ user }) => user);
}
