/** One case: the call is made, and all is looked at that its cell promises. @module */
import { strict as assert } from "node:assert";
import type { AnyEventId, Seq, StreamId } from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import type { Call } from "./calls/call.ts";
import { callerOf } from "./cast.ts";
import { openFeed } from "./feed.ts";
import type { Footprint } from "./footprint.ts";
import { judgeForesight } from "./foresight.ts";
import { judgeFeed } from "./judge_feed.ts";
import { nowhere, type Place } from "./place.ts";
import type { Row } from "./rows.ts";
import { leaked } from "./secrets.ts";
import { toldOverSocket } from "./socket.ts";
import { type Answer, ANSWERS, type Column } from "./table.ts";
import { type Asked, call as send, type Reply, type Told, toldBy } from "./wire.ts";

export interface Bench {
  readonly url: string;
  readonly storage: Storage;
  readonly footprint: Footprint;
}

export interface Case {
  readonly row: Row;
  readonly column: Column;
  readonly cell: string;
  readonly call: Call;
  readonly place: Place;
}

/** Fails unless the server answers a case as its cell says, and nothing else has happened or come out. */
export async function judge(bench: Bench, one: Case): Promise<void> {
  await judgeForesight(bench, one);
  const expected = ANSWERS[one.cell]!; // the table was read with these
  if (expected.kind === "accepted") return await judgeAccepted(bench, one);
  const before = await bench.footprint.settled();
  const asked = askedBy(one);
  const reply = await replyTo(bench, asked);
  assert.deepEqual(answerOf(toldBy(reply)), plain(expected), reply.body);
  nothingLeaks(reply.body, { one, asked });
  if (expected.kind === "not-found") {
    const missed = await replyTo(
      bench,
      askedBy({ ...one, place: { ...nowhere(one.place), ...one.call.exists?.(one.place) } }),
    );
    assert.deepEqual(reply, missed, "what is there answers as what is not");
  }
  assert.equal(await bench.footprint.now(), before, "a refusal has changed something");
}

/** Of a feed, what it is refused with. */
async function replyTo({ url }: Bench, asked: Asked): Promise<Reply> {
  if (asked.kind !== "feed") return await send(url, asked);
  const begun = await openFeed(url, asked);
  if ("status" in begun) return begun;
  await using feed = begun;
  return { status: 200, body: `{"result":{"data":{"json":${JSON.stringify(feed.text())}}}}` };
}

async function judgeAccepted(bench: Bench, one: Case): Promise<void> {
  const asked = askedBy(one);
  if (asked.kind === "feed") return await judgeFeed(bench, { one, asked });
  const reply = await send(bench.url, asked);
  const told = toldBy(reply);
  assert.ok(told.kind === "accepted", reply.body);
  nothingLeaks(reply.body, { one, asked });
  shows(reply.body, one);
  const acks = acksIn(told.data);
  if (one.call.writes !== undefined) assert.ok(acks.length > 0, `nothing is said of what was written: ${reply.body}`);
  for (const ack of acks) await isInTheLog(bench, { one, asked, ack, data: told.data });
}

/** Fails unless a WebSocket answers as the cell says. */
export async function judgeOverSocket({ url }: Bench, one: Case): Promise<void> {
  const told = await toldOverSocket(url, askedBy(one));
  assert.deepEqual(answerOf(told), plain(ANSWERS[one.cell]!)); // the table was read with these
}

/** What the column's person sends. */
function askedBy({ row, column, call, place }: Case): Asked {
  const { person, token, isNear } = callerOf(column, place.cast);
  const { kind } = call;
  return { procedure: row.procedure, kind, input: call.input(place, person), token, isNear };
}

function answerOf(told: Told): Answer {
  if (told.kind === "accepted") return { kind: "accepted" };
  return told.kind !== "not-now" && told.code === "NotFound" ? { kind: "not-found" } : told;
}

function plain({ means: _, ...answer }: Answer & { means: string }): Answer {
  return answer;
}

/** Nothing of what the place holds and the person may not see stands in what they were sent, but what they said themselves. */
export function nothingLeaks(text: string, { one, asked }: { one: Case; asked: Asked }): void {
  const { column, place, call } = one;
  const { person } = callerOf(column, place.cast);
  if (call.tells === "all" && one.cell === "ok") return;
  const known = new Set(call.tells === "all" ? [] : call.tells?.(place));
  const said = JSON.stringify(asked.input ?? null);
  const found = leaked(text, { place, column, self: person, said }).filter((secret) => !known.has(secret));
  assert.deepEqual(found, [], `it came out: ${text}`);
}

/** A read answers with what it is for: with all that there is, with what there was, or with nothing of this place. */
export function shows(text: string, { cell, call, place }: Pick<Case, "cell" | "call" | "place">): void {
  if (call.shows === undefined) return;
  const { now, then = now } = call.shows;
  if (cell === "mine") return;
  if (cell === "veil") return assert.ok(!text.includes(now(place)), `what is blocked is shown: ${text}`);
  assert.ok(text.includes((cell === "part" ? then : now)(place)), `it is not there: ${text}`);
}

interface Acked {
  readonly id: AnyEventId;
  readonly seq: Seq;
}

function acksIn(data: unknown): readonly Acked[] {
  const { outcome, outcomes = outcome === undefined ? [] : [outcome] } = (data ?? {}) as {
    outcome?: Acked;
    outcomes?: readonly Acked[];
  };
  return outcomes;
}

/** What was acked is there, and by who asked. */
async function isInTheLog(
  { storage }: Bench,
  { one, asked, ack, data }: { one: Case; asked: Asked; ack: Acked; data: unknown },
): Promise<void> {
  type Named = Partial<Record<"stream" | "discussion" | "group", StreamId>>;
  // Where somebody's direct group is, they are told.
  const { stream, discussion, group } = { ...(data as Named), ...(asked.input as Named) };
  const { person } = callerOf(one.column, one.place.cast);
  // A write that names no stream is to one's own.
  const written = stream ?? discussion ?? group ?? person.user;
  const { events } = await storage.events(written, { from: ack.seq, to: ack.seq, limit: 1 });
  assert.deepEqual([events[0]?.id, events[0]?.actor], [ack.id, person.user]);
}
