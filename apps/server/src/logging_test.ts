import { strict as assert } from "node:assert";
import { getJsonLinesFormatter, type LogRecord } from "@logtape/logtape";
import { withoutContent } from "./logging.ts";

class PostgresError extends Error {
  override readonly name = "PostgresError";
  readonly code = "22P02";
  readonly detail = "Key (text)=(my secret words) already exists.";
  readonly query = "insert into gatz_s0001.events values ('my secret words')";
}

function lineOf(error: unknown): string {
  const record: LogRecord = {
    ...{ category: ["gatz", "api"], level: "error", timestamp: 0, rawMessage: "{cause}" },
    ...{ message: ["", error, ""], properties: { cause: error } },
  };
  return getJsonLinesFormatter()(withoutContent(record));
}

Deno.test("[SEC3] an error of the database is logged by code and place, without what it quotes", () => {
  const line = lineOf(new Error("flush failed", { cause: new PostgresError("invalid input: my secret words") }));
  assert.ok(!line.includes("secret"));
  assert.match(line, /flush failed/);
  assert.match(line, /22P02/);
  assert.match(line, /logging_test\.ts/);
});

Deno.test("[SEC3] what a parser stumbled over is not logged", () => {
  const line = lineOf(new SyntaxError(`Unexpected token 'm', "my secret words" is not valid JSON`));
  assert.ok(!line.includes("secret"));
  assert.match(line, /SyntaxError/);
});
