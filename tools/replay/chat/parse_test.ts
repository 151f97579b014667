import assert from "node:assert/strict";
import { NotAChatTable, parseChat } from "./parse.ts";

const HEADER = "day\tline\ttime\tuser\treply_to\ttext";
const GOOD = "2005-02-08\t7\t01:59\tann\t3,5\thello: world";

const parsed = (...lines: string[]) => parseChat([HEADER, ...lines, ""].join("\n"));

Deno.test("a line of the table is read with its links", () => {
  const { lines, malformed } = parsed(GOOD);
  assert.deepEqual(malformed, []);
  assert.deepEqual(lines, [{
    fileLine: 2,
    day: "2005-02-08",
    line: 7,
    time: "01:59",
    nick: "ann",
    answers: [3, 5],
    text: "hello: world",
  }]);
});

Deno.test("carriage returns at line ends are no part of the text", () => {
  assert.equal(parseChat(`${HEADER}\r\n${GOOD}\r\n`).lines[0]?.text, "hello: world");
});

Deno.test("each malformed line is named by its number and skipped, the others are read", () => {
  const bad: [string, RegExp][] = [
    ["2005-02-08\t8\t01:59\tann\t\ta\tb", /7 columns/],
    ["just text", /1 columns/],
    ["2005-02-30\t8\t01:59\tann\t\ta", /day/],
    ["8.2.2005\t8\t01:59\tann\t\ta", /day/],
    ["2005-02-08\t-8\t01:59\tann\t\ta", /line number/],
    ["2005-02-08\t8.5\t01:59\tann\t\ta", /line number/],
    ["2005-02-08\t7\t01:59\tann\t\ta", /after line 7/],
    ["2005-02-08\t6\t01:59\tann\t\ta", /after line 7/],
    ["2005-02-08\t8\t24:00\tann\t\ta", /time/],
    ["2005-02-08\t8\t01:59\t \t\ta", /no user/],
    ["2005-02-08\t8\t01:59\ta\u0007n\t\ta", /no name/],
    ["2005-02-08\t8\t01:59\tann\t3;5\ta", /reply_to/],
    ["2005-02-08\t8\t01:59\tann\t\t", /no text/],
    ["2005-02-08\t8\t01:59\tann\t\t  ", /no text/],
    ["2005-02-08\t8\t01:59\tann\t\tcaf\ufffd", /UTF-8/],
    ["2005-02-08\t8\t01:59\tann\t\ta\u0000b", /control/],
    [`2005-02-08\t8\t01:59\tann\t\t${"x".repeat(10_001)}`, /code points/],
    [`2005-02-08\t8\t01:59\tann\t\t${"😀".repeat(8_193)}`, /bytes/],
  ];
  const last = "2005-02-08\t9\t02:00\tbob\t7\tlast";
  const { lines, malformed } = parsed(GOOD, ...bad.map(([line]) => line), last);
  assert.deepEqual(lines.map((line) => line.line), [7, 9]);
  assert.deepEqual(malformed.map(({ fileLine }) => fileLine), bad.map((_, i) => i + 3));
  malformed.forEach(({ problem }, i) => assert.match(problem, bad[i]![1]));
});

Deno.test("another file is refused as a whole", () => {
  assert.throws(() => parseChat(`day,line\n${GOOD}`), NotAChatTable);
  assert.throws(() => parseChat(""), NotAChatTable);
});
