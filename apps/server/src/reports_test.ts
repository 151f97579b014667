import { strict as assert } from "node:assert";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { shardNumber } from "@gatz/domain";
import { ShardUnavailable } from "@gatz/storage/contract";
import { TRPCError } from "@trpc/server";
import { ApiError, toApiError } from "./errors.ts";
import { reportError } from "./reports.ts";

async function logged(work: () => void): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await configure({
    sinks: { kept: (record) => void records.push(record) },
    loggers: [
      { category: ["gatz"], sinks: ["kept"], lowestLevel: "trace" },
      { category: ["logtape", "meta"], sinks: [] },
    ],
  });
  try {
    work();
  } finally {
    await reset();
  }
  return records;
}

Deno.test("[SEC3] a bug is logged under the incident that its caller is told", async () => {
  const error = new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: new Error("a bug") });
  const [record] = await logged(() => reportError({ error, path: "messages.send", type: "mutation" }));
  assert.equal(record?.level, "error");
  assert.equal(record.properties["incident"], toApiError(error).detail.incident);
  assert.equal(record.properties["procedure"], "messages.send");
});

Deno.test("[SEC3] what a caller did wrong is not the log's business, what does not answer is", async () => {
  assert.deepEqual(await logged(() => reportError({ error: new ApiError("NotFound", { message: "not found" }) })), []);
  const [record] = await logged(() => reportError({ error: new ShardUnavailable(shardNumber(3), 100), path: "x" }));
  assert.equal(record?.level, "warning");
});
