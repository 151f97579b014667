import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { default: postgres } = await import("postgres");
  const errors = await import("./errors.ts");

  // The types of the library leave out that its error is made of what the server sent.
  const PostgresError = postgres.PostgresError as unknown as new (answer: { code: string; message: string }) => Error;
  const answer = (code: string) => new PostgresError({ code, message: "secret text" });
  const system = (code: string) => Object.assign(new Error("x"), { code });

  Deno.test("[SHARD2] a broken connection is told from an answer of the server's and from a bug", () => {
    const broken = [
      "CONNECTION_CLOSED",
      "CONNECT_TIMEOUT",
      "ECONNRESET",
      "EPIPE",
      "ENOTFOUND",
      "ERR_STREAM_WRITE_AFTER_END",
    ];
    for (const error of [...broken.map(system), answer("57P01"), answer("08006"), new errors.LaneLost("x")]) {
      assert.ok(errors.isConnectionError(error), errors.describeError(error));
      assert.ok(!errors.isServersAnswer(error));
    }
    for (const code of ["23505", "22P05", "55P03", "57014", "40P01", "53100"]) {
      assert.ok(!errors.isConnectionError(answer(code)));
      assert.ok(errors.isServersAnswer(answer(code)));
    }
    for (const bug of [new TypeError("x"), system("UNDEFINED_VALUE"), system("ERR_INVALID_ARG_TYPE"), "text", null]) {
      assert.ok(!errors.isConnectionError(bug) && !errors.isServersAnswer(bug));
    }
  });

  Deno.test("[LOG4] only classes 21 to 23 are the data's own fault", () => {
    assert.ok(["21000", "22021", "22P02", "23514"].every((code) => errors.isDataError(answer(code))));
    assert.ok(["40001", "53100", "57014", "XX000"].every((code) => !errors.isDataError(answer(code))));
  });

  Deno.test("[SEC3] what is said of an error is its kind, never its text", () => {
    assert.equal(errors.describeError(answer("23514")), "SQLSTATE 23514");
    assert.equal(errors.describeError(system("EPIPE")), "EPIPE");
    assert.equal(errors.describeError(new TypeError("secret text")), "TypeError");
  });
}
