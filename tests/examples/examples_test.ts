/** The examples as people run them: processes with a keyboard, and a server that is killed under them. @module */
import { needsPostgres } from "@gatz/testing/postgres.ts";
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

if (await needsPostgres(import.meta.url)) {
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { openStage } = await import("./stage.ts");
  type Stage = Awaited<ReturnType<typeof openStage>>;
  type Window = ReturnType<Stage["window"]>;

  let stage: Stage;
  /** Two of Ann's, which share a file, and one of Ben's. */
  let windows: Record<"ann" | "annToo" | "ben", Window>;
  Deno.test.beforeAll(async () => {
    stage = await openStage();
    const { ann, ben } = stage;
    windows = { ann: stage.window(ann, "ann"), annToo: stage.window(ann, "ann"), ben: stage.window(ben, "ben") };
    await all((window) => window.printed("-- live"));
  });
  Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

  /** Server and windows live longer than a test, so what they hold open is not the test's. */
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });

  const all = (act: (window: Window) => Promise<unknown>) => Promise.all(Object.values(windows).map(act));

  /** What a window shows of the messages that have arrived, in the order in which it first did: `author text`. */
  const shownBy = async (window: Window) => {
    const lines = [...(await window.printed("")).matchAll(/^#(\d+) (.*)$/gm)];
    const newest = new Map(lines.map(([, number, line]) => [number, line!.replace(": ", " ")]));
    return [...newest.values()];
  };

  /** Lines that a window has printed of messages that say this, and have arrived. */
  const timesShown = async (window: Window, text: string) =>
    (await window.printed("")).split("\n").filter((line) => /^#\d/.test(line) && line.endsWith(`: ${text}`)).length;

  /** These have arrived, once, and every window shows them so, in the order of the log, which is returned. */
  const allSee = async (...newest: string[]) => {
    const ofThese = (lines: readonly string[]) => lines.filter((line) => newest.includes(line));
    await eventually(stage.said, (said) => newest.every((line) => said.includes(line)));
    const said = ofThese(await stage.said());
    assert.deepEqual(said.toSorted(), newest.toSorted());
    await all((window) => eventually(() => shownBy(window), (shown) => newest.every((line) => shown.includes(line))));
    await all(async (window) => assert.deepEqual(ofThese(await shownBy(window)), said));
    for (const line of newest) {
      await all(async (window) => assert.equal(await timesShown(window, line.slice(line.indexOf(" ") + 1)), 1, line));
    }
    return said;
  };

  test("[LIVE1] [MSG1] what is typed in one window stands in all of them, and how it changes too", async () => {
    const { ann, ben } = windows;
    await ann.type("Lunch?");
    await ben.printed("\n#2 ann: Lunch?\n");
    await ben.type("/react 2 👍");
    await ben.type("/reply 2 At one");
    await all((window) => window.printed("\n#2 ann: Lunch? 👍1\n"));
    await all((window) => window.printed("\n#4 ben: (to #2) At one\n"));
    await ann.type("/edit 2 Lunch today?");
    await all((window) => window.printed("\n#2 ann: Lunch today? 👍1 (edited)\n"));
    await ben.type("/delete 2");
    await ben.printed("-- refused: delete-message, Forbidden");
    await ben.type("/delete 4");
    await all((window) => window.printed("\n#4 ben: [deleted]\n"));
    await stage.ben.api.live.typing.mutate({ discussion: stage.discussion, on: true });
    await ann.printed("-- ben types");
    await ben.type("/search today lunch");
    await ben.printed("-- 1 found\n--   Lunch today?");
    await ben.type("/who");
    await ben.printed(/^-- (ann, ben|ben, ann)$/m);
  });

  test("[LOG2] [LOG4] what is typed while the server is dead is sent once and in order, and all windows show it", async () => {
    await stage.killServer();
    await all((window) => window.printed("-- offline"));
    await windows.ann.type("one");
    await windows.ann.type("two");
    await windows.annToo.type("from beside");
    await windows.ben.type("three");
    await windows.ben.type("four");
    await windows.ann.printed("# ann: two (sending)");
    await windows.annToo.printed("# ann: from beside (sending)");
    await windows.ben.printed("# ben: four (sending)");
    await stage.startServer();
    const said = await allSee("ann one", "ann two", "ann from beside", "ben three", "ben four");
    assert.deepEqual(said.filter((line) => /one|two/.test(line)), ["ann one", "ann two"]);
    assert.deepEqual(said.filter((line) => line.startsWith("ben")), ["ben three", "ben four"]);
  });

  test("[LOG2] [LOG4] a window that is killed leaves what was typed to the next with its file, or to the one beside it", async () => {
    await stage.killServer();
    await all((window) => window.printed(/-- offline[^]*-- offline/));
    for (const [who, text] of [["ann", "last words"], ["ben", "to be continued"]] as const) {
      await windows[who].type(text);
      await eventually(() => Promise.resolve(stage.draftsIn(who)), (drafts) => drafts.includes(`"text":"${text}"`));
      await windows[who].end("SIGKILL");
    }
    windows = { annToo: windows.annToo, ann: stage.window(stage.ann, "other"), ben: stage.window(stage.ben, "ben") };
    await windows.ben.printed("# ben: to be continued (sending)");
    await stage.startServer();
    await allSee("ann last words", "ben to be continued");
  });

  test("[LIVE1] the bot answers each message once, and only those that are for it", async () => {
    stage.bot(stage.ben);
    const answers = async () => (await stage.said()).filter((line) => /^ben (here|\d)$/.test(line));
    // It answers what is said after it came, and does not say when that is. More often would wait for its turn.
    await eventually(async () => {
      await windows.ann.type("!say here");
      await pause(500);
      return await answers();
    }, ({ length }) => length > 0);
    for (const text of ["!say 1", "say 2", "!say 3", "!say 4"]) await windows.ann.type(text);
    await eventually(answers, (said) => said.includes("ben 4"));
    assert.deepEqual((await answers()).filter((line) => line !== "ben here"), ["ben 1", "ben 3", "ben 4"]);
  });

  test("Ctrl-C and /quit close a window, which says what waits", async () => {
    await windows.ben.end("SIGINT");
    assert.match((await windows.ben.ended()).output, /-- 0 wait to be sent\n$/);
    await stage.killServer();
    await windows.annToo.type("for tomorrow");
    await windows.annToo.type("/quit");
    const { code, output } = await windows.annToo.ended();
    assert.equal(code, 0, output);
    assert.match(output, /-- 1 wait to be sent\n$/);
  });
}
