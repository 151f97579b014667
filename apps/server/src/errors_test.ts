import { strict as assert } from "node:assert";
import { TRPCError } from "@trpc/server";
import { shardNumber } from "@gatz/domain";
import { DirectoryUnavailable, ShardUnavailable } from "@gatz/storage/contract";
import { z } from "zod";
import { errorShape, toApiError } from "./errors.ts";

const secret = "select body from gatz_s0001.events -- hunter2";
const shapeOf = (thrown: unknown) => errorShape(toApiError(thrown));

Deno.test("[SEC3] of an unexpected error the caller gets an incident and nothing else", () => {
  for (const thrown of [new Error(secret), new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: secret }), secret]) {
    const shape = shapeOf(thrown);
    assert.equal(shape.data.code, "Internal");
    assert.equal(shape.data.httpStatus, 500);
    assert.match(shape.data.incident ?? "", /^[0-9a-f-]{36}$/);
    assert.ok(!JSON.stringify(shape).includes("select"));
    assert.ok(!JSON.stringify(shape).includes(" at "));
  }
});

Deno.test("[SEC3] the log and the caller are told of the same incident", () => {
  const error = new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: new Error(secret) });
  assert.equal(shapeOf(error).data.incident, shapeOf(error).data.incident);
});

Deno.test("[SHARD2] a shard that does not answer is Unavailable, with when to ask again", () => {
  const thrown = new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: new ShardUnavailable(shardNumber(3), 250) });
  const { data } = shapeOf(thrown);
  assert.deepEqual(data, { code: "Unavailable", httpStatus: 503, retryAfterMs: 250 });
});

Deno.test("[SHARD4] a directory that does not answer is Unavailable", () => {
  assert.equal(shapeOf(new DirectoryUnavailable(secret)).data.code, "Unavailable");
  assert.ok(!JSON.stringify(shapeOf(new DirectoryUnavailable(secret))).includes("hunter2"));
});

Deno.test("[SEC3] malformed input names its field", () => {
  const schema = z.strictObject({ a: z.strictObject({ b: z.array(z.int()).max(2) }) });
  const fieldOf = (input: unknown) => {
    const { error } = schema.safeParse(input);
    return shapeOf(new TRPCError({ code: "BAD_REQUEST", cause: error })).data;
  };
  assert.deepEqual(fieldOf({ a: { b: [1, "x"] } }), { code: "Malformed", httpStatus: 400, field: "a.b.1" });
  assert.equal(fieldOf({ a: { b: [], extra: 1 } }).field, "a.extra");
  assert.equal(fieldOf({ a: { b: [1, 2, 3] } }).field, "a.b");
  assert.ok((fieldOf({ a: { b: [] }, ["x".repeat(10_000)]: 1 }).field ?? "").length < 300);
});

Deno.test("[SEC3] tRPC's own refusals do not quote the input", () => {
  const quoting = `Unexpected token 'h', "hunter2" is not valid JSON`;
  for (const code of ["PARSE_ERROR", "BAD_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "METHOD_NOT_SUPPORTED"] as const) {
    const shape = shapeOf(new TRPCError({ code, message: quoting, cause: new SyntaxError(quoting) }));
    assert.equal(shape.data.code, "Malformed");
    assert.ok(!shape.message.includes("hunter2"));
  }
  assert.equal(shapeOf(new TRPCError({ code: "NOT_FOUND", message: quoting })).data.code, "UnknownProcedure");
});
