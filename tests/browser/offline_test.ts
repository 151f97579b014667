/** An app in a browser whose network comes and goes: what it keeps, and what becomes of what is written meanwhile. @module */
import { needsPostgres } from "@gatz/testing/postgres.ts";
import assert from "node:assert/strict";
import { needsChromium } from "./chromium.ts";
import { eventually } from "./eventually.ts";

if (await needsPostgres(import.meta.url) && await needsChromium(import.meta.url)) {
  const { person, testServer } = await import("@gatz/testing/test_server.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { talk } = await import("../api/talk.ts");
  const { startChromium } = await import("./chromium.ts");
  const { serveApp } = await import("./offline_pages.ts");
  type Person = Awaited<ReturnType<typeof person>>;

  const open = new AsyncDisposableStack();
  let app: Awaited<ReturnType<typeof serveApp>>;
  let url: string;
  let network: ReturnType<typeof startTcpProxy>;
  Deno.test.beforeAll(async () => {
    const server = open.use(await testServer({ database: { servers: 1, shards: 2 } }));
    url = server.url;
    network = open.use(startTcpProxy(url));
    const browser = await startChromium();
    open.defer(() => browser.close());
    app = open.use(await serveApp(await browser.newContext()));
  });
  Deno.test.afterAll(async () => await open.disposeAsync());

  /** A discussion of a new person's, and their tabs; they share a store. */
  async function scene(handle: string) {
    const ann: Person = await person(url, handle);
    const { discussion, group } = await talk(ann, []);
    const opened = { url: network.through(url), token: ann.token, discussion, name: handle };
    return {
      ...{ ann, discussion, group },
      tab: () => app.open(opened),
      /** By the server, not by way of the app; oldest first. */
      said: async () => {
        const { messages } = await ann.api.messages.byDiscussion.query({ discussion, limit: 100 });
        return messages.toReversed().map((message) => message.kind === "live" ? message.text : message.kind);
      },
    };
  }

  const goAway = () => {
    network.refuses = true;
    network.cutAll();
  };
  const comeBack = () => void (network.refuses = false);

  /** Server and browser live longer than a test, so what they hold open is not the test's. */
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({
      ...{ name, sanitizeOps: false, sanitizeResources: false },
      fn: async () => {
        comeBack();
        network.setFlow("down", "pass");
        await fn();
      },
    });

  const is = (ask: () => Promise<unknown>, wanted: unknown) =>
    eventually(async () => assert.deepEqual(await ask(), wanted));

  test("[LOG2] [LOG4] without a network what was loaded is there; what is written outlives reload and crash, and goes out once, in order", async () => {
    const { tab, said } = await scene("ann");
    const first = await tab();
    await is(first.status, "live");
    const loaded = ["Are you at home?", "The café is full"];
    for (const text of loaded) await first.write(text);
    await is(first.texts, loaded);
    await is(first.list, ["Talk: The café is full"]);
    // What is found has been stored: what had arrived and was not, would be shown as on its way after a reload.
    assert.deepEqual(await first.search("home"), ["Are you at home?"]);
    goAway();
    await is(first.status, "offline");
    await first.reload();
    await is(first.texts, loaded);
    assert.deepEqual(await first.list(), ["Talk: The café is full"]);
    assert.deepEqual(await first.search("CAFE"), ["The café is full"]);
    await is(first.status, "offline");
    for (const text of ["one", "two"]) assert.equal(await first.write(text), "kept");
    await first.reload();
    await is(first.texts, [...loaded, "one…", "two…"]);
    for (const text of ["three", "four"]) assert.equal(await first.write(text), "kept");
    await first.crash();
    const next = await tab();
    await is(next.texts, [...loaded, "one…", "two…", "three…", "four…"]);
    assert.equal(await next.write("five"), "kept");
    assert.notEqual(await next.status(), "live");
    comeBack();
    const all = [...loaded, "one", "two", "three", "four", "five"];
    await is(next.texts, all);
    assert.deepEqual(await said(), all);
    await is(next.outcomes, ["five accepted"]);
    await next.close();
  });

  test("[LOG2] [LOG4] of two tabs that write at once, with a network and without, each message goes out once, in the order of its tab", async () => {
    const { tab, said } = await scene("ben");
    const [left, right] = [await tab(), await tab()];
    const write = (name: string) => {
      for (const [side, written] of [["l", left], ["r", right]] as const) {
        for (let n = 0; n < 10; n++) void written.write(`${name} ${side}${n}`);
      }
    };
    const words = (name: string, side: string) => Array.from({ length: 10 }, (_, n) => `${name} ${side}${n}`);
    await is(left.status, "live");
    write("with");
    await is(async () => (await said()).length, 20);
    // A tab that goes offline before its feed has brought these shows them again only once it is back.
    await is(async () => [(await left.texts()).length, (await right.texts()).length], [20, 20]);
    goAway();
    await is(left.status, "offline");
    await is(right.status, "offline");
    write("without");
    await is(async () => [(await left.texts()).length, (await right.texts()).length], [40, 40]);
    comeBack();
    await is(async () => (await said()).length, 40);
    const all = await said();
    for (const side of ["l", "r"]) {
      const expected = [...words("with", side), ...words("without", side)];
      assert.deepEqual(all.filter((text) => text.includes(` ${side}`)), expected);
    }
    for (const [side, one] of [["l", left], ["r", right]] as const) {
      await is(one.texts, all);
      const told = [...words("with", side), ...words("without", side)].map((text) => `${text} accepted`);
      await is(async () => (await one.outcomes()).toSorted(), told.toSorted());
      await one.close();
    }
  });

  test("[LOG2] [LOG4] a message whose answer is lost is there once, and its tab is told", async () => {
    const { tab, said } = await scene("cleo");
    const one = await tab();
    await is(one.status, "live");
    await is(one.texts, []);
    network.setFlow("down", "swallow");
    assert.equal(await one.write("did you get this?"), "kept");
    await is(said, ["did you get this?"]);
    assert.deepEqual(await one.outcomes(), []);
    assert.deepEqual(await one.texts(), ["did you get this?…"]);
    network.cutAll();
    network.setFlow("down", "pass");
    await one.retry();
    await is(one.texts, ["did you get this?"]);
    await eventually(async () =>
      assert.match(String(await one.outcomes()), /^did you get this\? (accepted|duplicate)$/)
    );
    // And now with nobody left who waits for the answer.
    await is(one.status, "live");
    network.setFlow("down", "swallow");
    assert.equal(await one.write("and this?"), "kept");
    await is(said, ["did you get this?", "and this?"]);
    await one.crash();
    network.cutAll();
    network.setFlow("down", "pass");
    const next = await tab();
    await next.write("the last");
    await is(next.texts, ["did you get this?", "and this?", "the last"]);
    await is(said, ["did you get this?", "and this?", "the last"]);
    await next.close();
  });
}
