/** What a newcomer finds: two users in a discussion, links to the page, and the line that sends a message. @module */
import {
  type DiscussionId,
  type IdPrefix,
  makeId,
  type Outcome,
  shardNumber,
  shardOf,
  type TypedId,
  type UserId,
} from "@gatz/domain";
import { setTimeout } from "node:timers/promises";
import { callApi, untilAnswered } from "./call_api.ts";

export interface ReadyUser {
  readonly user: UserId;
  readonly token: string;
  readonly home: number;
}

export interface Welcome {
  readonly alice: ReadyUser;
  readonly bob: ReadyUser;
  readonly discussion: DiscussionId;
}

/** How long the news of a new discussion may take to reach both of them. */
const ARRIVAL_MS = 10_000;

/** Signs both in, and finds or makes their discussion: through the API, like every client. */
export async function prepareWelcome(url: string): Promise<Welcome> {
  const signIn = (handle: string, name: string) =>
    callApi<ReadyUser>(url, { path: "auth.devSignIn", kind: "mutation", input: { handle, name } });
  const [alice, bob] = await Promise.all([signIn("alice", "Alice"), signIn("bob", "Bob")]);
  const users = [alice, bob] as const;
  const discussion = await shared(url, users) ?? await begin(url, { alice, bob });
  // In both lists by then, or the next welcome would not find it and make another.
  const end = performance.now() + ARRIVAL_MS;
  while (await shared(url, users) === undefined && performance.now() < end) await setTimeout(20);
  return { alice, bob, discussion };
}

/** The lines to print below the server's URL. Tokens stand in fragments, which browsers send to nobody. */
export function welcomeLines(url: string, { alice, bob, discussion }: Welcome): string[] {
  const message = { id: freshId("msg", shardOf(discussion)), discussion, text: "Hello from the shell" };
  const link = (first: ReadyUser, second: ReadyUser) => `${url}/#a=${first.token}&b=${second.token}&d=${discussion}`;
  return [
    `  alice    ${link(alice, bob)}`,
    `  bob      ${link(bob, alice)}`,
    "",
    "  A first message, from the shell (sent twice it is still one: its id is in it):",
    `  curl -s ${url}/trpc/messages.send -H 'content-type: application/json' ` +
    `-H 'authorization: Bearer ${alice.token}' -d '${JSON.stringify({ json: message })}'`,
  ];
}

interface DiscussionRows {
  readonly rows: readonly DiscussionRow[];
}

/** Without the rest in the rows of a shard that does not answer. */
interface DiscussionRow {
  readonly id: DiscussionId;
  readonly closed?: boolean;
  readonly mine?: readonly { readonly left?: number }[];
}

/** The open discussion that both are in, and of such the one that was active last: in a list are also those that one has left. */
async function shared(url: string, users: readonly [ReadyUser, ReadyUser]): Promise<DiscussionId | undefined> {
  const list = ({ token }: ReadyUser) =>
    callApi<DiscussionRows>(url, { path: "discussions.byUser", kind: "query", input: { limit: 100 }, token });
  const [mine, theirs] = await Promise.all([list(users[0]), list(users[1])]);
  const there = new Set(theirs.rows.filter(isIn).map(({ id }) => id));
  return mine.rows.find((row) => isIn(row) && there.has(row.id))?.id;
}

function isIn({ closed, mine = [] }: DiscussionRow): boolean {
  return !closed && mine.some(({ left }) => left === undefined);
}

async function begin(url: string, { alice, bob }: Pick<Welcome, "alice" | "bob">): Promise<DiscussionId> {
  const home = shardNumber(alice.home);
  const [group, discussion] = [freshId("grp", home), freshId("disc", home)];
  const create = (path: string, body: Record<string, unknown>) => {
    const input = { id: freshId("evt", home), members: [bob.user], ...body };
    const call = { path, kind: "mutation", token: alice.token, input } as const;
    return untilAnswered(async () => {
      const made = await callApi<{ outcome: Outcome } | { outcomes: readonly Outcome[] }>(url, call);
      const outcomes = "outcomes" in made ? made.outcomes : [made.outcome];
      const open = outcomes.find(({ kind }) => kind !== "accepted" && kind !== "duplicate");
      if (open === undefined) return { answer: outcomes };
      const problem = `${path}: ${JSON.stringify(open)}`;
      if (open.kind === "rejected") throw new Error(problem);
      return { problem };
    });
  };
  await create("groups.create", { stream: group, name: "Side by side" });
  await create("discussions.create", { stream: discussion, group, name: "alice & bob" });
  return discussion;
}

function freshId<P extends IdPrefix>(prefix: P, shard: ReturnType<typeof shardNumber>): TypedId<P> {
  return makeId(prefix, { shard, unixMs: Date.now(), random: crypto.getRandomValues(new Uint8Array(8)) });
}
