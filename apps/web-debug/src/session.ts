/** Who is looking at the page, and the discussion that they share. @module */
import { type ConnectedGatz, createGatz, createGatzClient, indexedDbStore } from "@gatz/client";
import { type DiscussionId, parseId, type UserId } from "@gatz/domain";

export interface Person {
  readonly user: UserId;
  readonly handle: string;
  readonly gatz: ConnectedGatz;
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

/** What somebody has seen, and what they have written and not sent yet, is kept in the browser. */
async function signIn(url: string, given: string | null, handle: string): Promise<Person> {
  const auth = given ?? (await createGatzClient({ url, calls: "http" }).api.auth.devSignIn.mutate({ handle })).token;
  const { user, handle: known } = await createGatzClient({ url, token: auth, calls: "http" }).api.auth.me.query();
  const gatz = await createGatz({ url, auth, store: indexedDbStore({ name: `gatz ${user}` }) });
  await gatz.ready();
  return { user, handle: known ?? handle, gatz };
}

/** The open discussion that both are in, and of such the one that the first was active in last. */
async function shared([first, second]: Pair): Promise<DiscussionId | undefined> {
  const [mine, theirs] = [await openOf(first), await openOf(second)];
  return mine.find((discussion) => theirs.includes(discussion));
}

/** In a list are also those that one has left. */
async function openOf({ gatz }: Person): Promise<DiscussionId[]> {
  const { rows } = await gatz.api.discussions.byUser.query({ limit: 100 });
  const isOpen = (row: typeof rows[number]) =>
    row.kind === "discussion" && !row.closed && row.mine.some(({ left }) => left === undefined);
  return rows.filter(isOpen).map(({ id }) => id);
}

async function begin([{ gatz, handle }, other]: Pair): Promise<DiscussionId> {
  const members = [other.user];
  const { group } = gatz.createGroup({ name: "Two", members });
  const { discussion, offer } = gatz.createDiscussion({ group, name: `${handle} & ${other.handle}`, members });
  const outcome = await offer.outcome;
  if (outcome.kind === "accepted" || outcome.kind === "duplicate") return discussion;
  throw new Error(`No discussion was made: ${outcome.kind === "rejected" ? outcome.code : outcome.kind}`);
}
