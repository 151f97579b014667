import assert from "node:assert/strict";
import type { ChatLine } from "./parse.ts";
import { daysOf, threadsOf } from "./threads.ts";

const line = (number: number, ...answers: number[]): ChatLine => ({
  fileLine: number + 1,
  day: "2005-02-08",
  line: number,
  time: "01:59",
  nick: "ann",
  answers,
  text: `text ${number}`,
});

/** Per thread: its kind, and each message as `line` or `line>replyTo`. */
function shape(lines: readonly ChatLine[]): string[] {
  return threadsOf(lines).threads.map(({ kind, messages }) => {
    const shown = messages.map(({ line, replyTo }) =>
      replyTo === undefined ? `${line.line}` : `${line.line}>${replyTo}`
    );
    return `${kind} ${shown.join(" ")}`;
  });
}

Deno.test("messages that replies connect are a thread, those without are one together", () => {
  const day = [line(1), line(2), line(3, 1), line(4), line(5, 2), line(6, 3)];
  assert.deepEqual(shape(day), ["replies 1 3>1 6>3", "replies 2 5>2", "loose 4"]);
});

Deno.test("of several answered lines the nearest earlier is the reply, the others only join", () => {
  assert.deepEqual(shape([line(1), line(2), line(3, 1, 2), line(4, 1)]), ["replies 1 2 3>2 4>1"]);
});

Deno.test("links to later lines join without being replies; to itself they are nothing", () => {
  assert.deepEqual(shape([line(1, 3), line(2, 2), line(3)]), ["replies 1 3", "loose 2"]);
});

Deno.test("links that point nowhere are counted", () => {
  const day = threadsOf([line(1, 99), line(2, 1, 98), line(3, 3)]);
  assert.equal(day.dangling, 3);
  assert.deepEqual(day.threads.map(({ kind }) => kind), ["replies", "loose"]);
});

Deno.test("every line is in exactly one thread, whatever the links", () => {
  for (let seed = 1; seed < 200; seed++) {
    const lines = Array.from({ length: 40 }, (_, i) => line(i + 1, ...((i * seed) % 3 ? [1 + (i * seed) % 41] : [])));
    const found = threadsOf(lines).threads.flatMap(({ messages }) => messages.map((message) => message.line.line));
    assert.deepEqual(found.sort((one, other) => one - other), lines.map(({ line }) => line));
  }
});

Deno.test("days keep the file's order", () => {
  const lines = [line(1), { ...line(1), day: "2004-12-25" }, line(2)];
  assert.deepEqual([...daysOf(lines)].map(([day, its]) => [day, its.length]), [["2005-02-08", 2], ["2004-12-25", 1]]);
});
