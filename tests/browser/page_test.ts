/** The page at `/`, by what a person does and sees. @module */
import { createGatzClient, newId, parseId } from "@gatz/client";
import { shardOf } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { needsChromium } from "./chromium.ts";
import { eventually } from "./eventually.ts";

if (await needsPostgres(import.meta.url) && await needsChromium(import.meta.url)) {
  const { openStage } = await import("./stage.ts");
  const { logTail, Pane } = await import("./side_by_side.ts");
  type Stage = Awaited<ReturnType<typeof openStage>>;
  type Play = Parameters<Stage["play"]>;

  let stage: Stage;
  Deno.test.beforeAll(async () => {
    stage = await openStage();
  });
  Deno.test.afterAll(async () => await stage[Symbol.asyncDispose]());

  /** Server and browser live longer than a test, so what they hold open is not the test's. */
  const test = (name: string, scene: Play[0], options?: Play[1]) =>
    Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn: () => stage.play(scene, options) });

  test("[MSG1] what one types, the other sees; Enter sends, Shift+Enter makes a line", async ({ ann, ben }) => {
    await ann.composer.fill("first line");
    await ann.composer.press("Shift+Enter");
    await ann.composer.pressSequentially("second line");
    await ann.composer.press("Enter");
    await eventually(async () => assert.deepEqual(await ben.texts(), ["first line\nsecond line"]));
    await ben.write("seen");
    await eventually(async () => assert.deepEqual(await ann.texts(), ["first line\nsecond line", "seen"]));
    assert.equal(await ann.composer.inputValue(), "");
  });

  test("[MSG1] a reply quotes what it answers; Escape takes a reply back", async ({ ann, ben, handles }) => {
    await ann.write("When does the train leave?");
    await ben.act("When does the train leave?", "Reply");
    await ben.composer.press("Escape");
    await ben.write("no reply");
    await ben.reply("When does the train leave?", "At nine");
    await eventually(async () => {
      const quotes = await ann.message("At nine").locator("blockquote").allInnerTexts();
      assert.deepEqual(quotes, [`${handles.ann} When does the train leave?`]);
    });
    assert.equal(await ann.message("no reply").locator("blockquote").count(), 0);
  });

  test("[MSG2] an edit replaces the text at both, is marked, and only the author may", async ({ ann, ben }) => {
    await ann.write("teh text");
    await ann.edit("teh text", "the text");
    await eventually(async () => assert.deepEqual(await ben.texts(), ["the text"]));
    for (const pane of [ann, ben]) await pane.message("the text").getByText("edited").waitFor();
    await ben.message("the text").hover();
    assert.equal(await ben.message("the text").getByRole("button", { name: "Edit" }).count(), 0);
    assert.equal(await ben.message("the text").getByRole("button", { name: "Delete" }).count(), 0);
  });

  test("[MSG3] a deleted message leaves a tombstone at both, and in the quote of its reply", async ({ ann, ben }) => {
    await ann.write("a mistake");
    await ben.reply("a mistake", "what?");
    await ann.act("a mistake", "Delete");
    for (const pane of [ann, ben]) {
      await eventually(async () => {
        const texts = await pane.texts();
        assert.deepEqual(texts, ["deleted message", "deleted message\nwhat?"]);
      });
      assert.equal(await pane.messages.first().getByRole("button").count(), 0);
    }
  });

  test("[MSG4] reactions count at both, mine is pressed, and pressing takes back", async ({ ann, ben }) => {
    await ann.write("we did it");
    await ann.act("we did it", "🎉");
    await ben.act("we did it", "🎉");
    await ben.act("we did it", "👍");
    const pressed = (pane: typeof ann, name: string) =>
      pane.message("we did it").getByRole("button", { name, exact: true }).getAttribute("aria-pressed");
    await eventually(async () => {
      assert.equal(await pressed(ann, "🎉 2"), "true");
      assert.equal(await pressed(ann, "👍 1"), "false");
      assert.equal(await pressed(ben, "👍 1"), "true");
    });
    await ben.act("we did it", "🎉 2");
    await eventually(async () => {
      assert.equal(await pressed(ann, "🎉 1"), "true");
      assert.equal(await pressed(ben, "🎉 1"), "false");
    });
  });

  test("[MSG1] whatever a text is made of, it is shown as text", async ({ page, ann, ben }) => {
    const texts = [
      "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">",
      "שלום עולם، مرحبا بالعالم",
      "日本語のテキストと中文和한국어",
      "👩‍👩‍👧‍👦 🇳🇱 e\u0301 ก็ ﷽",
      "&lt;b&gt; ${1+1} {{2}} \\u0041",
    ];
    for (const text of texts) await ann.write(text);
    for (const pane of [ann, ben]) await eventually(async () => assert.deepEqual(await pane.texts(), texts));
    assert.equal(await page.title(), "gatz");
    const isRtl = (text: string) =>
      ben.message(text).locator(".text").evaluate((element) => element.matches(":dir(rtl)"));
    assert.deepEqual(await Promise.all(texts.slice(0, 3).map(isRtl)), [false, true, false]);
  });

  test("[READ2] [USR3] each sees their discussions, with the newest message and what they have not read", async (scene) => {
    const { ann, ben, handles } = scene;
    await ann.write("first");
    await ann.write("second");
    await eventually(async () => {
      assert.deepEqual(await ben.unread.allInnerTexts(), ["2"]);
      assert.match(await ben.discussions.first().innerText(), new RegExp(`${handles.ann}: second`));
    });
    assert.equal(await ann.unread.count(), 0);
    await ben.composer.focus();
    await eventually(async () => assert.equal(await ben.unread.count(), 0));
    await ben.write("read, and answered");
    await eventually(async () => assert.deepEqual(await ann.unread.allInnerTexts(), ["1"]));
  });

  test("[DISC4] the members are shown with their roles, which the owner changes", async ({ ann, ben, handles }) => {
    const roles = (benIs: string) => async () => {
      for (const pane of [ann, ben]) {
        const shown = (await pane.members.allInnerTexts()).map((text) => text.replace(/make .*/, "").trim());
        assert.deepEqual(shown, [`${handles.ann} · owner`, `${handles.ben} · ${benIs}`]);
      }
    };
    await eventually(roles("member"));
    assert.equal(await ben.members.getByRole("button").count(), 0);
    await ann.members.getByRole("button", { name: "make moderator" }).click();
    await eventually(roles("moderator"));
    await ann.members.getByRole("button", { name: "make member" }).click();
    await eventually(roles("member"));
  });

  test("[LOG1] the log's tail shows each event with its type and a seq without gaps", async (scene) => {
    const { page, ann, ben, handles } = scene;
    await ann.write("one");
    await ben.reply("one", "two");
    await ann.edit("one", "one, really");
    await ben.act("one, really", "👀");
    await ann.act("one, really", "Delete");
    const discussion = async () => {
      const rows = await logTail(page);
      // What it does to its people's own streams may come later, and into the same log.
      const stream = rows.findLast(([, , , , type]) => type === "new-message")?.[2];
      return rows.filter((row) => row[2] === stream);
    };
    await eventually(async () => {
      const rows = await discussion();
      assert.deepEqual(rows.map(([, , , seq, type, actor]) => [seq, type, actor]), [
        ["1", "create", handles.ann],
        ["2", "new-message", handles.ann],
        ["3", "new-message", handles.ben],
        ["4", "edit-message", handles.ann],
        ["5", "react-to-message", handles.ben],
        ["6", "delete-message", handles.ann],
      ]);
    });
    const positions = (await logTail(page)).map((row) => Number(row[1]));
    assert.deepEqual(positions, positions.map((_, i) => positions[0]! + i));
  });

  test("[LOG8] after a reload the page shows the same", async ({ page, ann, ben }) => {
    await ann.write("stays");
    await ben.reply("stays", "so does this");
    await ann.act("so does this", "❤️");
    await ben.edit("so does this", "so does that");
    await ann.write("not this");
    await ann.act("not this", "Delete");
    const rowsOf = (pane: typeof ann) => pane.messages.allInnerTexts();
    const expected = ["stays", "stays\nso does that", "deleted message"];
    for (const pane of [ann, ben]) {
      await eventually(async () => {
        const texts = (await pane.texts()).map((text) => text.replace(/^ann_\w |^ben_\w /, ""));
        assert.deepEqual([texts, await pane.messages.getByText("sending…").count()], [expected, 0]);
      });
    }
    const before = [await rowsOf(ann), await rowsOf(ben)];
    await page.reload();
    await eventually(async () => assert.deepEqual([await rowsOf(ann), await rowsOf(ben)], before));
  });

  test("[GRP1] opened without tokens in development, alice and bob meet in the discussion made on the first visit", async (scene) => {
    const { page, url } = scene;
    const [alice, bob] = [new Pane(page, "alice"), new Pane(page, "bob")];
    await page.goto("about:blank");
    await page.goto(url);
    await alice.write("hello");
    await eventually(async () => assert.deepEqual(await bob.texts(), ["hello"]));
    const first = new URL(page.url()).hash;
    await page.goto("about:blank");
    await page.goto(url);
    await eventually(async () => assert.deepEqual(await bob.texts(), ["hello"]));
    assert.equal(new URL(page.url()).hash, first);
  });

  test("[LOG4] what is refused is taken back, and the code is shown until it is dismissed, also after a reload", async (scene) => {
    const { page, ann, ben } = scene;
    await ann.write("x".repeat(10_001));
    await ann.problem.getByText("TextTooLong").waitFor();
    assert.deepEqual(await ann.texts(), []);
    await ann.write("short");
    await eventually(async () => assert.deepEqual(await ben.texts(), ["short"]));
    await page.reload();
    await ann.problem.getByText("TextTooLong").waitFor();
    await ann.problem.getByRole("button", { name: "Dismiss" }).click();
    await eventually(async () => assert.equal(await ann.problem.count(), 0));
  });

  test(
    "[LIVE1] when the server is away and comes back, what was written meanwhile is sent and seen, once; what can't be accepted says so before",
    async ({ page, ann, ben }) => {
      await ann.write("before");
      await eventually(async () => assert.deepEqual(await ben.texts(), ["before"]));
      await stage.stopServer();
      await ben.status.getByText("reconnecting").waitFor();
      await ann.write("meanwhile");
      await ann.message("meanwhile").getByText("sending").waitFor();
      await ann.write("y".repeat(10_001));
      await ann.message("yyy").getByText("the text is too long").waitFor();
      await stage.startServer();
      await eventually(async () => assert.deepEqual(await ben.texts(), ["before", "meanwhile"]), {
        deadlineMs: 20_000,
      });
      await eventually(async () => assert.equal(await ann.message("meanwhile").getByText("sending").count(), 0));
      await ann.problem.getByText("new-message: TextTooLong").waitFor();
      await ben.status.getByText("live", { exact: false }).waitFor();
      await ben.write("after");
      await eventually(async () => assert.deepEqual(await ann.texts(), ["before", "meanwhile", "after"]));
      await eventually(async () => {
        const types = (await logTail(page)).slice(-3).map((row) => row[4]);
        assert.deepEqual(types, ["new-message", "new-message", "new-message"]);
      });
    },
    { complains: "WebSocket" },
  );

  /** What the two can do without the page. */
  const apiOf = (page: Page, who: "a" | "b") => {
    const { origin, hash } = new URL(page.url());
    const fragment = new URLSearchParams(hash.slice(1));
    const discussion = parseId("disc", fragment.get("d") ?? "");
    assert(discussion.ok);
    const { api } = createGatzClient({ url: origin, token: fragment.get(who) ?? "", calls: "http" });
    return { api, discussion: discussion.id, id: newId("evt", shardOf(discussion.id)) };
  };

  test("[LIVE6] who is removed while writing is told so, keeps what they wrote, and can't send it", async ({ page, ann, ben }) => {
    await ann.write("before");
    await ben.composer.pressSequentially("in the middle of");
    await ann.typing.waitFor();
    const { api, discussion, id } = apiOf(page, "a");
    const { user } = await apiOf(page, "b").api.auth.me.query();
    await api.discussions.removeMember.mutate({ id, discussion, user });
    await ben.reason.getByText("you are not in this discussion any more").waitFor();
    await ben.composer.press("Enter");
    assert.equal(await ben.composer.inputValue(), "in the middle of");
    await eventually(async () => assert.equal(await ann.typing.count(), 0));
    await ann.write("after");
    await eventually(async () => assert.deepEqual(await ann.texts(), ["before", "after"]));
    assert.deepEqual(await ben.texts(), ["before"]);
  });

  test("[BLK1] whom one blocks one sees by placeholders; somebody who comes in is called by their name", async ({ page, ann, ben, handles }) => {
    await ben.write("hello");
    const { api, discussion, id } = apiOf(page, "a");
    const me = await apiOf(page, "b").api.auth.me.query();
    await ann.message("hello").waitFor();
    await api.users.block.mutate({ id: newId("evt", (await api.auth.me.query()).home), user: me.user });
    await eventually(async () => assert.deepEqual(await ann.texts(), ["a message of somebody blocked"]));
    assert.deepEqual(await ben.texts(), ["hello"]);
    const cat = handles.ann.replace("ann", "cat");
    const { user } = await api.auth.devSignIn.mutate({ handle: cat });
    const { discussion: { group } } = await api.discussions.byId.query({ discussion });
    await api.groups.addMembers.mutate({ id, group, users: [user], historyFrom: "now" });
    const added = newId("evt", shardOf(discussion));
    await api.discussions.addMembers.mutate({ id: added, discussion, users: [user], historyFrom: "now" });
    await eventually(async () => {
      for (const pane of [ann, ben]) {
        assert.match((await pane.members.allInnerTexts()).at(-1) ?? "", new RegExp(`^${cat} · member`));
      }
    });
  });

  test("[MSG1] what was refused can be written again; what is being written stays when it becomes a reply", async ({ ann, ben }) => {
    await ann.write(`Too long ${"x".repeat(10_000)}`);
    await ann.problem.getByRole("button", { name: "Write again" }).click();
    await eventually(async () => assert.equal(await ann.problem.count(), 0));
    assert.match(await ann.composer.inputValue(), /^Too long x{10000}$/);
    await ann.write("Short");
    await ben.composer.pressSequentially("So it is");
    await ben.act("Short", "Reply");
    await ben.composer.press("Enter");
    await eventually(async () => assert.equal(await ann.message("So it is").locator("blockquote").count(), 1));
  });

  test("on a phone, and with much in it, all of a person's half can be reached, and nothing lies beside the screen", async ({ page, ann, ben }) => {
    await page.setViewportSize({ width: 360, height: 640 });
    await ann.write("W".repeat(500));
    await ann.composer.fill("line\n".repeat(60));
    const { send } = ann;
    for (const part of [ann.status, ann.composer, send, ben.composer]) {
      await part.scrollIntoViewIfNeeded();
      const box = await part.boundingBox();
      assert(box !== null && box.x >= 0 && box.x + box.width <= 360 && box.y >= 0 && box.y + box.height <= 640);
    }
    await send.click();
    await eventually(async () => assert.equal((await ben.texts()).length, 2));
    assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360);
  });

  test("a link whose tokens are not taken says so, and how to go on", async ({ page, url }) => {
    await page.goto("about:blank");
    await page.goto(`${url}/#a=rubbish&b=rubbish`);
    await page.getByRole("alert").getByText("an access token is needed").waitFor();
    await page.getByRole("link", { name: "Begin anew" }).click();
    await new Pane(page, "alice").composer.waitFor();
  }, { complains: "401" });
}
