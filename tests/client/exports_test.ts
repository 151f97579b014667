/** What the client's package shows to those who use it: names, and what is said of them. The guide's code is compiled in tests/pack. */
import { needsLoopback } from "@gatz/testing/loopback.ts";
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

/** All of it, so that nothing slips in or out by an `export *`. */
const NAMES = [
  ..."AppRouter BodyOf ClientStatus ConnectedGatz ConnectionOptions Count createGatz createGatzClient".split(" "),
  ..."DiscussionActs DiscussionId DiscussionList DiscussionPicture Gatz GatzApi GatzClient GatzClientOptions".split(
    " ",
  ),
  ..."GatzOptions GroupActs GroupId GroupList GroupPicture HashCheck IndexedDbOptions indexedDbStore Kept".split(" "),
  ..."ListRow membersNow Memory memoryStore MessageId NewDiscussion NewGroup newId NewInvite newInvite NotKept".split(
    " ",
  ),
  ..."Observable Offer OpenDiscussion OpenGroup OwnActs parseId Pending PendingDraft Person PictureMessage".split(" "),
  ..."PictureStatus Presence Quote ReactionCount reactionCounts RefusedRecord roleOf Said Saying SearchHit".split(" "),
  ..."SelfRecord Settled ShardTrouble Standing Store StoreBounds StoreFailed Trouble Unsettled UserId whoseToken".split(
    " ",
  ),
];

interface Documented {
  readonly name: string;
  readonly declarations: readonly { readonly jsDoc?: { readonly doc?: string } }[];
}

async function exportsOf(module: string): Promise<readonly Documented[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["doc", "--json", module], cwd: ROOT }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, { symbols: readonly Documented[] }>;
  };
  return Object.values(nodes).flatMap(({ symbols }) => symbols);
}

if (await needsLoopback(import.meta.url)) {
  Deno.test("the package exports what an app needs and nothing else, and says of each what it is", async () => {
    const found = await exportsOf("packages/client/mod.ts");
    assert.deepEqual(found.map(({ name }) => name).sort(), NAMES.toSorted());
    const both = [...found, ...await exportsOf("packages/client/sqlite.ts")];
    const unsaid = both.filter(({ declarations }) => !declarations.some(({ jsDoc }) => jsDoc?.doc)).map((one) =>
      one.name
    );
    assert.deepEqual(unsaid, []);
  });

  Deno.test("the guide's hook for React is the page's own", async () => {
    const guide = await Deno.readTextFile(new URL("docs/client.md", ROOT));
    const [hook = "no hook"] = [...guide.matchAll(/^```tsx ignore\n(.*?)^```/gms)].map((match) => match[1]);
    const page = await Deno.readTextFile(new URL("apps/web-debug/src/shown.ts", ROOT));
    assert(page.includes(hook), hook);
  });
}
