import { incarnation, shardNumber } from "@gatz/domain";
import assert from "node:assert/strict";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { type Page, Pages } from "./pages.ts";

/** A list of so many pages, of which a test says which shards each leaves out. */
function listOf(most: number, silentOn: (page: number) => Page["unavailable"]) {
  const time = new VirtualTime();
  const asked: number[] = [];
  const pages = new Pages<Page>({
    ...{ key: "groups", isFollowed: false },
    ask: ({ before }) => {
      const page = Number(before ?? 0);
      asked.push(page);
      const next = page + 1 < most ? String(page + 1) : null;
      return Promise.resolve({ incarnation: incarnation("one"), asOf: "", unavailable: silentOn(page), next });
    },
    asking: () => () => {},
    timing: time,
  });
  return { time, asked, pages };
}

const SILENT = shardNumber(1);

Deno.test("[USR3] a list that was read while a shard was silent is not whole: it is read again until none is", async () => {
  let silent = [SILENT];
  const { time, asked, pages } = listOf(2, (page) => page === 0 ? silent : []);
  pages.read();
  await time.settle();
  assert.deepEqual([asked, pages.isWhole, pages.unavailable], [[0, 1], false, [SILENT]]);
  silent = [];
  await time.pass(1_000);
  assert.deepEqual([asked.slice(2), pages.isWhole, pages.unavailable], [[0, 1], true, []]);
  await time.pass(60_000);
  assert.equal(asked.length, 4);
});

Deno.test("[USR3] what a page left out is read once more, also if the shard answers again before the list is read to its end", async () => {
  let silent = [SILENT];
  const { time, asked, pages } = listOf(3, (page) => {
    if (page === 2) pages.answers(SILENT); // as the feed tells meanwhile
    return page === 1 ? silent : [];
  });
  pages.read();
  await time.settle();
  assert.deepEqual([asked, pages.isWhole, pages.unavailable], [[0, 1, 2], false, []]);
  silent = [];
  await time.pass(1_000);
  assert.deepEqual([asked.slice(3), pages.isWhole], [[0, 1, 2], true]);
});

Deno.test("[USR3] what a page left out is read once more, also if the connection is another by the end", async () => {
  let connections = 1;
  const { time, asked, pages } = listOf(3, (page) => {
    if (page === 2 && connections++ === 1) pages.read(); // another one, before this has an answer
    return page === 1 && connections === 1 ? [SILENT] : [];
  });
  pages.read();
  await time.settle();
  assert.deepEqual([asked, pages.isWhole], [[0, 1, 2, 0, 2], false]);
  await time.pass(1_000);
  assert.deepEqual([asked.slice(5), pages.isWhole], [[0, 1, 2], true]);
});

Deno.test("[USR3] a shard of which nobody tells that it answers again is not called silent for ever", async () => {
  let silent: Page["unavailable"] = [];
  const { time, asked, pages } = listOf(2, () => silent);
  pages.read();
  await time.settle();
  silent = [SILENT];
  pages.read();
  await time.settle();
  assert.deepEqual([asked, pages.isWhole, pages.unavailable], [[0, 1, 0], true, [SILENT]]);
  silent = [];
  await time.pass(50_000);
  assert.equal(asked.length, 3);
  await time.pass(20_000);
  assert.deepEqual([asked.slice(3), pages.unavailable], [[0], []]);
  await time.pass(600_000);
  assert.equal(asked.length, 4);
  pages.stop();
});

Deno.test("[LIVE3] a list that another tab had stored is read to its end where a feed begins anew: what came in between no feed tells", async () => {
  const { time, asked, pages } = listOf(2, () => []);
  await pages.load({ get: () => Promise.resolve({ isWhole: true } as never) }); // the key says that it is a list's
  pages.doubt();
  assert.deepEqual(pages.drain().map((change) => change.type === "put" && change.value), [{ isWhole: false }]);
  await pages.begin();
  pages.read();
  await time.settle();
  assert.deepEqual([asked, pages.isWhole], [[0, 1], true]);
});
