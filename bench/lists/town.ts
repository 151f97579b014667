/** Somebody in ten thousand discussions, and somebody in a hundred of these. @module */
import type { DiscussionId } from "@gatz/domain";
import { runChild } from "../child.ts";
import { type Database, type Server, settled, SHARDS, startServer } from "../environment.ts";
import { accepted, freshId, type Person, signUp } from "../rooms.ts";
import { Wire } from "../wire.ts";
import type { Plan } from "./grow.ts";

const GROW = new URL("./grow.ts", import.meta.url);
const PER_SHARD = 10_000 / SHARDS;
/** The calm one is in every so many-eth, and so many-eth are active at the same time: all of theirs are among these. */
const CALM_IN = 100;
const ACTIVE_IN = 20;

export interface Town {
  readonly busy: Person;
  readonly calm: Person;
  /** One a shard, who made its discussions, in their order. */
  readonly shards: readonly { readonly owner: Person; readonly discussions: readonly DiscussionId[] }[];
}

export async function makeTown(database: Database): Promise<Town> {
  const { owners, busy, calm } = await signUpAll(database);
  const plan: Plan = {
    owners: owners.map(({ user }) => user),
    ...{ busy: busy.user, calm: calm.user, calmIn: CALM_IN, perShard: PER_SHARD },
  };
  const { discussions } = await runChild<{ discussions: DiscussionId[] }>(GROW, {
    args: [JSON.stringify(plan)],
    env: database.env,
  });
  // Effects wait for a server.
  await using _server = await startServer(database);
  await settled(database);
  const ofShard = (n: number) => discussions.slice(n * PER_SHARD, (n + 1) * PER_SHARD);
  return { busy, calm, shards: owners.map((owner, n) => ({ owner, discussions: ofShard(n) })) };
}

async function signUpAll(database: Database): Promise<{ owners: Person[]; busy: Person; calm: Person }> {
  await using server = await startServer(database);
  const owners: Person[] = [];
  for (let shard = 0; shard < SHARDS; shard++) owners.push(await signUp(server.http, shard));
  return { owners, busy: await signUp(server.http, 1), calm: await signUp(server.http, 1) };
}

/** A message in 500 of the discussions, all at once. */
export async function beActive({ ws }: Pick<Server, "ws">, { shards }: Town): Promise<void> {
  await Promise.all(shards.map(async ({ owner, discussions }, shard) => {
    const wire = await Wire.open(ws, owner.token);
    const active = discussions.filter((_, n) => n % ACTIVE_IN === shard % ACTIVE_IN);
    await Promise.all(active.map(async (discussion) => {
      const input = { id: freshId("msg", owner.home), discussion, text: "Twelve, at the usual place" };
      accepted(await wire.call("mutation", "messages.send", input));
    }));
    wire.close();
  }));
}
