/**
 * `deno run -A tools/screenshot.ts URL FILE`: a short chat on the page of a running development server, and a picture of
 * it for the README. For a clean picture run `deno task reset` and `deno task dev` before.
 * @module
 */
import { startChromium } from "../tests/browser/chromium.ts";
import { Pane } from "../tests/browser/side_by_side.ts";

const [url, file] = Deno.args;
if (url === undefined || file === undefined) {
  console.error("usage: deno run -A tools/screenshot.ts URL FILE");
  Deno.exit(2);
}

const browser = await startChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 880 }, deviceScaleFactor: 1 });
  await page.goto(url);
  await chat(new Pane(page, "alice"), new Pane(page, "bob"));
  await page.screenshot({ path: file });
} finally {
  await browser.close();
}

async function chat(alice: Pane, bob: Pane): Promise<void> {
  await alice.write("Morning! Did the move of shard 7 finish?");
  await bob.reply("shard 7 finish", "It did: 42 ms of cutover, nobody noticed 🎉");
  await alice.act("nobody noticed", "🎉");
  await bob.act("nobody noticed", "🎉");
  await alice.write("שלום, und Grüße aus Köln");
  await bob.act("Köln", "❤️");
  await bob.write("Oops, wrong window");
  await bob.act("wrong window", "Delete");
  await alice.write("Shall we move the others tonight?");
  await alice.edit("move the others tonight", "Shall we move the others at nine?");
  await bob.reply("at nine", "Count me in");
  await alice.members.getByRole("button", { name: "make moderator" }).click();
  await alice.write("You may lock up, then");
  await bob.unread.waitFor();
  await alice.message("Count me in").hover();
}
