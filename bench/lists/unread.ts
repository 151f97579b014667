import { EMOJI } from "../emoji.ts";
import { settled, startDatabase, startServer } from "../environment.ts";
import { accepted, freshId, makeRoom, type Person, type Room, signUp } from "../rooms.ts";
import { compared, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { median } from "../stats.ts";
import { inTurns } from "../turns.ts";
import { Wire } from "../wire.ts";

const PEOPLE = 25;
const MESSAGES = 90;
/** 25 people with 20 emoji each on 20 messages make 10,000. */
const REACTED = 20;

/** A list of one discussion with 90 unread messages: behind 10,000 reactions, against one without any. */
export async function unreadRows(plan: Plan): Promise<Row[]> {
  await using database = await startDatabase();
  await using server = await startServer(database);
  const people: Person[] = [];
  while (people.length < PEOPLE) people.push(await signUp(server.http, people.length % server.shards));
  const [first, second] = [await signUp(server.http, 1), await signUp(server.http, 1)];
  const reacted = await makeRoom(server.ws, [...people, first]);
  const bare = await makeRoom(server.ws, [...people, second]);
  const targets = await talk(server.ws, reacted);
  await talk(server.ws, bare);
  await react(server.ws, { room: reacted, people, targets: targets.slice(0, REACTED) });
  await settled(database);
  const [one, other] = [await Wire.open(server.ws, first.token), await Wire.open(server.ws, second.token)];
  const list = async (wire: Wire) => {
    const page = await wire.call<{ rows: { unread: { count: number } }[] }>("query", "discussions.byUser", {});
    if (page.rows[0]?.unread.count !== MESSAGES) throw new Error(`unread: ${JSON.stringify(page.rows[0]?.unread)}`);
  };
  const cases = { behind: () => list(one), bare: () => list(other) };
  await inTurns(cases, 50);
  const seen = { behind: [] as number[], bare: [] as number[] };
  for (let n = 0; n < plan.repetitions; n++) {
    const took = await inTurns(cases, plan.seconds * 40);
    seen.behind.push(median(took.behind));
    seen.bare.push(median(took.bare));
  }
  for (const wire of [one, other]) wire.close();
  return [
    compared({
      name: "unread/10000 reactions",
      unit: "ms",
      values: seen.behind,
      against: { name: "without any", values: seen.bare },
      wanted: { atMost: 1.5 },
    }),
  ];
}

async function talk(ws: string, { shard, discussion, people }: Room): Promise<string[]> {
  const wire = await Wire.open(ws, people[0]!.token);
  const drafts = Array.from({ length: MESSAGES }, () => ({
    ...{ stream: discussion, id: freshId("msg", shard), type: "new-message", version: 1 },
    body: { text: "what do you think?", mentions: [], attachments: [] },
  }));
  accepted(await wire.call("mutation", "log.offer", { stream: discussion, drafts }));
  wire.close();
  return drafts.map(({ id }) => id);
}

async function react(
  ws: string,
  { room: { shard, discussion }, people, targets }: {
    room: Room;
    people: readonly Person[];
    targets: readonly string[];
  },
): Promise<void> {
  for (const { token } of people) {
    const wire = await Wire.open(ws, token);
    for (let n = 0; n < targets.length; n += 5) {
      const drafts = targets.slice(n, n + 5).flatMap((target) =>
        EMOJI.map((emoji) => ({
          ...{ stream: discussion, id: freshId("evt", shard), type: "react-to-message", version: 1 },
          body: { target, emoji, on: true },
        }))
      );
      accepted(await wire.call("mutation", "log.offer", { stream: discussion, drafts }));
    }
    wire.close();
  }
}
