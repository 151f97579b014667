import { startDatabase, startServer } from "../environment.ts";
import { accepted, freshId, makeDiscussion, makeRoom, type Room, signUp } from "../rooms.ts";
import { absolute, type Row } from "../row.ts";
import type { Plan } from "../section.ts";
import { Wire } from "../wire.ts";

const MESSAGES = 10_000;
const BUNDLE = 100;
const WANTED_MS = 50;
const PAGE = 50;

/** From the call that purges somebody's 10,000 messages to its ack; afterwards they are seen to be gone. */
export async function purgeRows(plan: Plan): Promise<Row[]> {
  await using database = await startDatabase();
  await using server = await startServer(database);
  const [owner, talker] = [await signUp(server.http, 1), await signUp(server.http, 1)];
  const room = await makeRoom(server.ws, [owner, talker]);
  const [moderating, talking] = [await Wire.open(server.ws, owner.token), await Wire.open(server.ws, talker.token)];
  const took: number[] = [];
  // The first is one too many: nothing of it is warm.
  for (let n = 0; n <= plan.repetitions; n++) {
    const discussion = await makeDiscussion(server.ws, room);
    const upToSeq = await talk(talking, { ...room, discussion });
    const from = performance.now();
    const id = freshId("evt", room.shard);
    const input = { id, discussion, author: talker.user, upToSeq, reason: "spam" };
    accepted(await moderating.call("mutation", "moderation.purge", input));
    if (n > 0) took.push(performance.now() - from);
    await expectGone(talking, discussion);
  }
  for (const wire of [moderating, talking]) wire.close();
  return [absolute({ name: `purge/${MESSAGES}`, unit: "ms", values: took, wanted: { atMost: WANTED_MS } })];
}

/** The newest seq. */
async function talk(wire: Wire, { shard, discussion }: Room): Promise<number> {
  let newest = 0;
  for (let n = 0; n < MESSAGES; n += BUNDLE) {
    const drafts = Array.from({ length: BUNDLE }, () => ({
      ...{ stream: discussion, id: freshId("msg", shard), type: "new-message", version: 1 },
      body: { text: "buy this, buy that", mentions: [], attachments: [] },
    }));
    const answer = await wire.call<{ outcomes: { kind: string; seq: number }[] }>("mutation", "log.offer", {
      ...{ stream: discussion, drafts },
    });
    accepted(answer);
    newest = answer.outcomes.at(-1)!.seq; // accepted, so there is one
  }
  return newest;
}

async function expectGone(wire: Wire, discussion: string): Promise<void> {
  const input = { discussion, limit: PAGE };
  const { messages } = await wire.call<{ messages: { kind: string }[] }>("query", "messages.byDiscussion", input);
  if (messages.length !== PAGE || messages.some(({ kind }) => kind !== "deleted")) {
    throw new Error("they are still there");
  }
}
