/**
 * `deno run -A examples/terminal_chat.ts URL TOKEN DISCUSSION [FILE]`: a chat in a terminal. What is shown is drawn anew
 * whenever something changes; what is done shows at once, and goes out when it can. With a FILE it works without a
 * connection from the start; what could not be sent yet is sent by whichever window has the file next, or too.
 * @module
 */
import * as client from "@gatz/client";
import { sqliteStore } from "@gatz/client/sqlite";
import process from "node:process";
import readline from "node:readline";

const HELP =
  "-- /reply N TEXT, /edit N TEXT, /delete N, /react N EMOJI, /unreact N EMOJI, /older, /search WORDS, /who, " +
  "/seen forgets what was refused, /quit; everything else is sent";

const [url, auth, id = "", file] = process.argv.slice(2);
const discussion = client.parseId("disc", id);
if (url === undefined || auth === undefined || !discussion.ok) {
  console.error("usage: deno run -A examples/terminal_chat.ts URL TOKEN DISCUSSION [FILE]");
  process.exit(2);
}
const store = file === undefined ? client.memoryStore() : await sqliteStore({ path: file });
const gatz = await client.createGatz({ url, auth, store });
const talk = gatz.open(discussion.id);
const terminal = readline.createInterface({ input: process.stdin, output: process.stdout, prompt: "" });
const people = new Map<client.UserId, client.Observable<client.Person>>();
/** What was printed last of each thing that can change. */
const printed = new Map<string, string>();
/** What was printed last of all, and how many rows it took; 0: nobody can tell. */
let newest = { thing: "", rows: 0 };
let readUpTo = 0;

function draw(): void {
  const status = gatz.status.snapshot();
  const reason = status.kind === "rejected" ? ` (${status.reason})` : "";
  show("status", `-- ${status.kind}${reason}${status.troubles.size > 0 ? ", but a part does not answer" : ""}`);
  const { messages, asOf } = talk.picture.snapshot();
  for (const message of messages) {
    const author = nameOf(message.author);
    if (author === null) break;
    // What has not arrived yet has no number.
    show(message.id, `#${message.seq <= asOf ? message.seq : ""} ${author}: ${lookOf(message)}`);
  }
  const typing = talk.typing.snapshot().map(nameOf).join(", ");
  show("typing", typing && `-- ${typing} types`);
  for (const { draft, rejection } of gatz.refused.snapshot()) {
    show(draft.id, `-- refused: ${draft.type}, ${rejection.code}`);
  }
  if (asOf <= readUpTo) return;
  readUpTo = asOf;
  void talk.markRead(asOf);
}

function lookOf(message: client.PictureMessage): string {
  const edited = message.kind === "live" && message.revision > 0 ? " (edited)" : "";
  const marks = edited + (message.pending ? ` (${message.doomed ?? "sending"})` : "");
  if (message.kind !== "live") return `[${message.kind}]${marks}`;
  const quote = message.quote === undefined ? "" : `(to #${message.quote.seq}) `;
  const reactions = [...Map.groupBy(message.reactions, ({ emoji }) => emoji)].map(([emoji, { length }]) =>
    ` ${emoji}${length}`
  );
  return quote + message.text + reactions.join("") + marks;
}

/** Null: it is being asked for, and drawn once it is here. */
function nameOf(user: client.UserId): string | null {
  if (!people.has(user)) {
    people.set(user, gatz.person(user));
    people.get(user)?.subscribe(draw);
  }
  const person = people.get(user)?.snapshot();
  if (person?.kind === "user") return person.handle;
  return person?.kind === "unknown" && gatz.status.snapshot().kind !== "offline" ? null : `…${user.slice(-4)}`;
}

/** Prints what is new, or looks otherwise than before. */
function show(thing: string, line: string): void {
  if ((printed.get(thing) ?? "") === line) return;
  printed.set(thing, line);
  const isNewest = newest.thing === thing && newest.rows > 0;
  if (line !== "" || isNewest) print(line, { thing, over: isNewest ? newest.rows : 0 });
}

/** Above the line that is being typed; over what was printed last, if that is the same thing. */
function print(line: string, { thing = "", over = 0 } = {}): void {
  const { rows } = terminal.getCursorPos();
  erase(over + rows);
  if (line !== "") console.log(line);
  // Readline goes up by as many before it shows again what is being typed.
  if (process.stdout.isTTY) process.stdout.write("\n".repeat(rows));
  newest = { thing, rows: line === "" ? 0 : rowsOf(line) };
  terminal.prompt(true);
}

/** The row that the cursor is in, and so many above it. */
function erase(rows: number): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${rows > 0 ? `\x1b[${rows}A` : ""}\x1b[J`);
}

/** How many rows it takes on a terminal; 0: its characters may be wider or narrower than others. */
function rowsOf(line: string): number {
  return /^[\x20-\x7e]*$/.test(line) ? Math.max(1, Math.ceil(line.length / (process.stdout.columns || 80))) : 0;
}

async function take(line: string): Promise<void> {
  const [, command, number, text = ""] = /^(\/\w+)(?: +#?(\d+))? *(.*)$/.exec(line) ?? [];
  const { messages, discussion } = talk.picture.snapshot();
  if (command === undefined) {
    // It comes back as a message.
    if (rowsOf(line) > 0) erase(rowsOf(line));
    newest = { thing: "", rows: 0 };
    return doing(talk.send({ text: line }));
  }
  if (command === "/who" && discussion) return print(`-- ${client.membersNow(discussion).map(nameOf).join(", ")}`);
  if (command === "/search") {
    const hits = await gatz.search(text);
    return print(`-- ${hits.length} found${hits.map(({ message }) => `\n--   ${message.text}`).join("")}`);
  }
  if (command === "/older") return void talk.older().then((read) => print(`-- older: ${JSON.stringify(read)}`));
  if (command === "/seen") return gatz.refused.snapshot().forEach(({ draft }) => void gatz.dismiss(draft.id));
  if (command === "/quit") return terminal.close();
  const target = messages.find(({ seq }) => seq === Number(number))?.id;
  if (target === undefined) return print(number ? `-- #${number} is not here` : HELP);
  if (command === "/reply") return doing(talk.send({ text, replyTo: target }));
  if (command === "/edit") return doing(talk.edit(target, { text }));
  if (command === "/delete") return doing(talk.delete(target));
  if (command === "/react") return doing(talk.react(target, text));
  if (command === "/unreact") return doing(talk.react(target, text, { on: false }));
  print(HELP);
}

function doing({ stored }: client.Offer): void {
  void stored.then((kept) => kept.kind === "not-kept" && print(`-- not kept: ${kept.reason}`));
}

for (const part of [gatz.status, talk.picture, talk.typing, gatz.refused]) part.subscribe(draw);
draw();
process.stdin.on("keypress", () => talk.isTyping(terminal.line !== ""));
process.on("SIGINT", () => terminal.close());
for await (const line of terminal) if (line.trim() !== "") await take(line);
await gatz.close();
const waiting = [...gatz.pending.snapshot().values()].flat().length;
console.log(
  `\n-- ${waiting} ${
    file === undefined && waiting > 0 ? "not sent, and not kept: there is no FILE" : "wait to be sent"
  }`,
);
