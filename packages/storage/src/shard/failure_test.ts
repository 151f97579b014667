import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { default: postgres } = await import("postgres");
  const { DeadlinePassed, LaneLost } = await import("../postgres/errors.ts");
  const { classify } = await import("./failure.ts");
  const { FlushProgress } = await import("./flush.ts");

  // The types of the library leave out that its error is made of what the server sent.
  const PostgresError = postgres.PostgresError as unknown as new (answer: { code: string }) => Error;
  const answer = (code: string) => new PostgresError({ code });
  const system = (code: string) => Object.assign(new Error("x"), { code });

  /** What becomes of a flush whose first write failed so, and whose COMMIT had been sent. */
  function afterCommitWasSent(error: unknown) {
    const progress = new FlushProgress();
    progress.isCommitting = true;
    progress.writeFailed(error);
    return classify(error, progress);
  }

  Deno.test("[LOG4] after COMMIT was sent only an answer of the server proves that nothing was committed", () => {
    const noAnswers = [
      ...["ECONNRESET", "EHOSTUNREACH", "ENETRESET", "ENOTCONN", "CONNECTION_CLOSED", "ERR_SOCKET_CLOSED", "EWHATEVER"]
        .map(system),
      new LaneLost("x"),
      new DeadlinePassed("x"),
      new TypeError("x"),
      answer("57P01"),
      answer("08006"),
      "text",
    ];
    for (const error of noAnswers) assert.equal(afterCommitWasSent(error).kind, "doubtful", String(error));
    assert.equal(afterCommitWasSent(answer("22P05")).kind, "data");
    assert.equal(afterCommitWasSent(answer("55P03")).kind, "refused");
  });

  Deno.test("[LOG4] before COMMIT was sent nothing is doubtful, and a broken connection says nothing of the drafts", () => {
    for (const code of ["ECONNRESET", "EHOSTUNREACH", "ENETRESET"]) {
      assert.equal(classify(system(code), new FlushProgress()).kind, "lost", code);
    }
  });

  Deno.test("[LOG4] what gatz itself got wrong is split down to the draft that meets it, and no draft is refused for good", () => {
    for (const code of ["21000", "23505"]) {
      const { kind, isFinal } = afterCommitWasSent(answer(code));
      assert.deepEqual({ kind, isFinal }, { kind: "data", isFinal: false }, code);
    }
    assert.ok(afterCommitWasSent(answer("22P05")).isFinal);
  });
}
