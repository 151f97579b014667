/** The people and discussions that a load runs on, made through the public API. */
import { type DiscussionId, type GroupId, makeId, type ShardNumber, shardNumber, type UserId } from "@gatz/domain";
import { Wire } from "./wire.ts";

export interface Person {
  user: UserId;
  token: string;
  home: ShardNumber;
}

export interface Room {
  group: GroupId;
  discussion: DiscussionId;
  shard: ShardNumber;
  people: readonly Person[];
}

/** A new id on a shard, of now. */
export function freshId<P extends "grp" | "disc" | "msg" | "evt">(prefix: P, shard: ShardNumber) {
  return makeId(prefix, { shard, unixMs: Date.now(), random: crypto.getRandomValues(new Uint8Array(8)) });
}

// No two of these look alike, so that random handles do not either (USR2).
const LETTERS = "abcdefghkpqstxyz";

function freshHandle(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => LETTERS[byte % LETTERS.length]).join("");
}

/** Signs up a new person whose home is the shard. */
export async function signUp(http: string, shard: number): Promise<Person> {
  const options = { handle: freshHandle(), shard };
  const response = await fetch(`${http}/trpc/auth.devSignIn`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ json: options }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`sign-up: ${JSON.stringify(answer)}`);
  const { user, token, home } = answer.result.data.json;
  return { user, token, home: shardNumber(home) };
}

/** Makes a group with all its people, and one discussion of all of them, on the first person's shard. */
export async function makeRoom(ws: string, people: readonly Person[]): Promise<Room> {
  const [owner, ...others] = people;
  const shard = owner!.home;
  const wire = await Wire.open(ws, owner!.token);
  const group: GroupId = freshId("grp", shard);
  const members = others.map((person) => person.user);
  const named = { name: "bench", members };
  accepted(await wire.call("mutation", "groups.create", { id: freshId("evt", shard), stream: group, ...named }));
  wire.close();
  const place = { group, shard, people };
  return { ...place, discussion: await makeDiscussion(ws, place) };
}

/** One more discussion of all the people of a room. */
export async function makeDiscussion(
  ws: string,
  { group, shard, people: [owner, ...others] }: Omit<Room, "discussion">,
): Promise<DiscussionId> {
  const wire = await Wire.open(ws, owner!.token);
  const discussion: DiscussionId = freshId("disc", shard);
  const members = others.map((person) => person.user);
  const input = { id: freshId("evt", shard), stream: discussion, group, name: "bench", members };
  accepted(await wire.call("mutation", "discussions.create", input));
  wire.close();
  return discussion;
}

interface Answer {
  outcome?: { kind: string };
  outcomes?: readonly { kind: string }[];
}

/** A benchmark of refused calls measures nothing: anything but `accepted` ends the run. */
export function accepted(answer: Answer): void {
  const outcomes = answer.outcomes ?? [answer.outcome];
  for (const outcome of outcomes) {
    if (outcome?.kind !== "accepted") throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  }
}

const SIGN_UPS_AT_ONCE = 25;

/** `rooms` rooms of `size` people each, spread evenly over the shards. */
export async function makeRooms(
  server: { http: string; ws: string; shards: number },
  plan: { rooms: number; size: number },
): Promise<Room[]> {
  const made: Room[] = [];
  for (let r = 0; r < plan.rooms; r++) {
    const shard = r % server.shards;
    const people: Person[] = [];
    while (people.length < plan.size) {
      const some = Math.min(SIGN_UPS_AT_ONCE, plan.size - people.length);
      people.push(...await Promise.all(Array.from({ length: some }, () => signUp(server.http, shard))));
    }
    made.push(await makeRoom(server.ws, people));
  }
  return made;
}
