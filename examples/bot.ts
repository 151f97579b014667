/** `deno run -A examples/bot.ts URL TOKEN DISCUSSION`: a bot, which says again what follows `!say`. @module */
import { createGatz, parseId } from "@gatz/client";
import process from "node:process";

const [url = "", auth = "", id = ""] = process.argv.slice(2);
const discussion = parseId("disc", id);
if (!discussion.ok) {
  throw new Error(`usage: bot.ts URL TOKEN DISCUSSION ("${id}" is no discussion: ${discussion.problem})`);
}

const gatz = await createGatz({ url, auth });
gatz.status.subscribe(() => {
  const status = gatz.status.snapshot();
  console.error(status.kind === "rejected" ? `rejected: ${status.reason}` : status.kind);
});
const talk = gatz.open(discussion.id);
for await (const message of talk.arrivals()) {
  const asked = message.kind === "live" ? /^!say (.+)/s.exec(message.text) : null;
  if (asked !== null) talk.send({ text: asked[1], replyTo: message.id });
}
