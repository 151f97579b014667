import { incarnation, shardNumber } from "@gatz/domain";
import assert from "node:assert/strict";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { type Page, Pages } from "./pages.ts";

Deno.test("[USR3] a list that was read while a shard was silent is not whole: it is read again until none is", async () => {
  const time = new VirtualTime();
  const asked: (string | undefined)[] = [];
  let silent = [shardNumber(1)];
  const page = (next: string | null, unavailable: Page["unavailable"]): Page => (
    { incarnation: incarnation("one"), asOf: "", unavailable, next }
  );
  const pages = new Pages<Page>({
    key: "groups",
    ask: ({ before }) => {
      asked.push(before);
      return Promise.resolve(before === undefined ? page("second", silent) : page(null, []));
    },
    asking: () => () => {},
    timing: time,
  });
  pages.read();
  await time.settle();
  assert.deepEqual([asked, pages.isWhole, pages.unavailable], [[undefined, "second"], false, [1]]);
  silent = [];
  await time.pass(1_000);
  assert.deepEqual([asked.slice(2), pages.isWhole, pages.unavailable], [[undefined, "second"], true, []]);
  await time.pass(60_000);
  assert.equal(asked.length, 4);
});
