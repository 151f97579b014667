/** Who is looking at the page, and the discussion that they share. @module */
import { createGatzClient, type GatzApi, newId } from "@gatz/client";
import { type DiscussionId, type Outcome, parseId, type ShardNumber, type UserId } from "@gatz/domain";

export interface Person {
  readonly user: UserId;
  readonly handle: string;
  readonly home: ShardNumber;
  readonly api: GatzApi;
}

type Pair = readonly [Person, Person];

/** Signs two people in: by the tokens of `#a=…&b=…`, else as alice and bob of a development server. `d` names their discussion. */
export async function openSession(page: Location): Promise<{ people: Pair; discussion: DiscussionId }> {
  const fragment = new URLSearchParams(page.hash.slice(1));
  const first = await signIn(page.origin, fragment.get("a"), "alice");
  const second = await signIn(page.origin, fragment.get("b"), first.handle === "bob" ? "alice" : "bob");
  const people = [first, second] as const;
  const named = parseId("disc", fragment.get("d") ?? "");
  const discussion = named.ok ? named.id : await shared(people) ?? await begin(people);
  fragment.set("d", discussion);
  history.replaceState(null, "", `#${fragment}`);
  return { people, discussion };
}

async function signIn(url: string, given: string | null, handle: string): Promise<Person> {
  const token = given ?? (await createGatzClient({ url, calls: "http" }).api.auth.devSignIn.mutate({ handle })).token;
  const { api } = createGatzClient({ url, token });
  const me = await api.auth.me.query();
  return { user: me.user, handle: me.handle ?? handle, home: me.home, api };
}

/** The discussion of both that the first was active in last. */
async function shared([first, second]: Pair): Promise<DiscussionId | undefined> {
  const mine = await first.api.discussions.byUser.query({ limit: 100 });
  const theirs = await second.api.discussions.byUser.query({ limit: 100 });
  return mine.rows.find((row) => theirs.rows.some((other) => other.id === row.id))?.id;
}

async function begin([maker, other]: Pair): Promise<DiscussionId> {
  const { api, home } = maker;
  const [group, discussion] = [newId("grp", home), newId("disc", home)];
  const members = [other.user];
  const made = await api.groups.create.mutate({ id: newId("evt", home), stream: group, name: "Two", members });
  const name = `${maker.handle} & ${other.handle}`;
  const id = newId("evt", home);
  const begun = await api.discussions.create.mutate({ id, stream: discussion, group, name, members });
  [made.outcome, ...begun.outcomes].forEach(expectAccepted);
  return discussion;
}

function expectAccepted(outcome: Outcome): void {
  const { kind } = outcome;
  if (kind !== "accepted") throw new Error(`No discussion was made: ${kind === "rejected" ? outcome.code : kind}`);
}
