/**
 * Makes logs grow through storage, in this process: the writers, decisions and transactions of a server, in large bundles.
 * Prints `{grown}`. Usage: grow.ts 'jobs as JSON'
 */
import {
  type DiscussionId,
  type MessageDraft,
  type NewMessage,
  type Proposal,
  shardOf,
  unreachable,
  type UserId,
} from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import { EMOJI } from "../emoji.ts";
import { openStorageHere } from "../open_storage.ts";
import { freshId } from "../rooms.ts";

/** What one discussion is to become. */
export type Job =
  /** So many events in all: messages, of which some are edited, reacted to and deleted. */
  | { kind: "chat"; discussion: DiscussionId; people: UserId[]; events: number }
  /** Messages, and then everybody's reaction with every emoji on each of the older half. */
  | { kind: "reactions"; discussion: DiscussionId; people: UserId[]; messages: number };

type Write = Proposal<MessageDraft>;

const BUNDLE = 100;
/** Bundles of one shard under way: its writer always has the next batch waiting. */
const UNDER_WAY = 4;
const DEADLINE_MS = 60_000;

const jobs = JSON.parse(Deno.args[0]!) as Job[]; // bench/history/history.ts wrote it
const storage = await openStorageHere();
const byShard = Map.groupBy(jobs, ({ discussion }) => shardOf(discussion));
await Promise.all([...byShard.values()].map((jobs) => grow(storage, jobs)));
let grown = 0;
for (const shard of storage.shards) grown += (await storage.fence(shard)).position;
await storage.close();
console.log(JSON.stringify({ grown }));
Deno.exit(0);

async function grow(storage: Storage, jobs: readonly Job[]): Promise<void> {
  const running = new Set<Promise<void>>();
  for (const bundle of bundles(jobs)) {
    if (running.size >= UNDER_WAY) await Promise.race(running);
    const one = offer(storage, bundle).finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
}

async function offer(storage: Storage, bundle: readonly Write[]): Promise<void> {
  const outcomes = await storage.offer(bundle[0]!.stream, bundle, { deadlineMs: DEADLINE_MS });
  const refused = outcomes.find(({ kind }) => kind !== "accepted");
  if (refused || outcomes.length < bundle.length) throw new Error(`not accepted: ${JSON.stringify(refused)}`);
}

/** The discussions' bundles in turn, as they would come were all talked in at the same time. */
function* bundles(jobs: readonly Job[]): Generator<readonly Write[], void, void> {
  const writing = new Set(jobs.map(writesOf));
  while (writing.size > 0) {
    for (const writes of writing) {
      const bundle = take(writes, BUNDLE);
      if (bundle.length > 0) yield bundle;
      else writing.delete(writes);
    }
  }
}

function take<T>(from: Iterator<T, void, void>, many: number): T[] {
  const taken: T[] = [];
  while (taken.length < many) {
    const { value, done } = from.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

function writesOf(job: Job): Generator<Write, void, void> {
  switch (job.kind) {
    case "chat":
      return chat(job);
    case "reactions":
      return reactions(job);
    default:
      return unreachable(job);
  }
}

/** Of ten events seven are messages; the others are about the last of these: two reactions and an edit, or every tenth time a deletion. */
function* chat({ discussion, people, events }: Extract<Job, { kind: "chat" }>): Generator<Write, void, void> {
  const first = newMessage(discussion, { actor: people[0]!, n: 1 });
  yield first;
  let about = first;
  // The discussion's `create` is an event too.
  for (let n = 2; n < events; n++) {
    const actor = people[n % people.length]!;
    const step = n % 10;
    if (step < 7) yield about = newMessage(discussion, { actor, n });
    else if (step < 9) yield reaction(about, { actor, emoji: EMOJI[step]! });
    else if (n % 100 < 99) yield edit(about, n);
    else yield deletion(about);
  }
}

function* reactions(
  { discussion, people, messages }: Extract<Job, { kind: "reactions" }>,
): Generator<Write, void, void> {
  const targets = Array.from(
    { length: messages },
    (_, n) => newMessage(discussion, { actor: people[n % people.length]!, n }),
  );
  yield* targets;
  for (const actor of people) {
    for (const emoji of EMOJI) {
      for (const target of targets.slice(0, messages / 2)) yield reaction(target, { actor, emoji });
    }
  }
}

function newMessage(stream: DiscussionId, { actor, n }: { actor: UserId; n: number }): Proposal<NewMessage> {
  const body = { text: textOf(n), mentions: [], attachments: [] };
  return { stream, id: freshId("msg", shardOf(stream)), type: "new-message", version: 1, actor, body };
}

function reaction(about: Proposal<NewMessage>, { actor, emoji }: { actor: UserId; emoji: string }): Write {
  return { ...changeOf(about), type: "react-to-message", actor, body: { target: about.id, emoji, on: true } };
}

function edit(about: Proposal<NewMessage>, n: number): Write {
  const body = { target: about.id, text: textOf(n), mentions: [], attachments: [] };
  return { ...changeOf(about), type: "edit-message", actor: about.actor, body };
}

function deletion(about: Proposal<NewMessage>): Write {
  return { ...changeOf(about), type: "delete-message", actor: about.actor, body: { target: about.id } };
}

function changeOf({ stream }: Proposal<NewMessage>) {
  return { stream, id: freshId("evt", shardOf(stream)), version: 1 } as const;
}

/** Of 20 to 120 characters: 70 in the mean, as the sample chat's. */
function textOf(n: number): string {
  return `${n} `.padEnd(20 + (n * 37) % 101, "lorem ipsum ");
}
