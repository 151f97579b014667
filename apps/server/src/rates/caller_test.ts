import { strict as assert } from "node:assert";
import { ApiError } from "../errors.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "../limits.ts";
import { Rates } from "./rates.ts";

function scene(limits: Partial<ServerLimits> = {}) {
  let now = 0;
  const refused: string[] = [];
  const rates = new Rates({
    limits: { ...DEFAULT_SERVER_LIMITS, ...limits },
    now: () => now,
    refused: (limiter) => refused.push(limiter),
  });
  return { rates, refused, pass: (ms: number) => void (now += ms) };
}

Deno.test("[SEC2] calls: 120 at once, then ten a second; refused ones count, and after callsDebt of them nothing is served", () => {
  const { rates, refused, pass } = scene();
  const { caller } = rates.admit("192.0.2.1");
  for (let i = 0; i < 120; i++) {
    assert.ok(caller.charge(1));
    const { refusal, leave } = caller.enter("query");
    assert.equal(refusal, null);
    leave();
  }
  assert.ok(caller.charge(1));
  assert.deepEqual(caller.enter("query").refusal, {
    ...{ kind: "not-now", reason: "RateLimited", limiter: "calls", retryAfterMs: 200 },
  });
  pass(200);
  assert.ok(caller.charge(1));
  assert.equal(caller.enter("query").refusal, null);
  assert.deepEqual(refused, ["calls"]);
  assert.equal(caller.charge(5_000), false);
  assert.deepEqual(refused, ["calls", "callsDebt"]);
});

Deno.test("[SEC2] callsDebt: whoever stops calling is served again soon, however much was refused", () => {
  const { rates, pass } = scene();
  const caller = rates.caller("address 192.0.2.1");
  for (let i = 0; i < 100_000; i++) caller.charge(1);
  assert.equal(caller.charge(1), false);
  // A debt of 301 calls, and the next one, at ten a second.
  assert.ok(caller.retryAfterMs <= 30_200, `${caller.retryAfterMs}`);
  pass(30_200);
  assert.ok(caller.charge(1));
  assert.equal(caller.enter("query").refusal, null);
});

Deno.test("[SEC2] callsInFlight and subscriptions: so many at once, of each caller", () => {
  const { rates, refused } = scene({ callsInFlight: 2, subscriptions: 1 });
  const { caller } = rates.admit("192.0.2.1");
  const [first] = [caller.enter("query"), caller.enter("mutation")];
  assert.equal(caller.enter("mutation").refusal?.limiter, "callsInFlight");
  assert.equal(rates.admit("192.0.2.1").caller.enter("query").refusal, null);
  first.leave();
  assert.equal(caller.enter("query").refusal, null);
  const feed = caller.enter("subscription");
  assert.equal(caller.enter("subscription").refusal?.limiter, "subscriptions");
  feed.leave();
  assert.equal(caller.enter("subscription").refusal, null);
  assert.deepEqual(refused, ["callsInFlight", "subscriptions"]);
});

Deno.test("[SEC2] connectionsPerAddress and requestsPerAddress: so many of one place, until one is over", () => {
  const { rates, refused } = scene({ connectionsPerAddress: 2, requestsPerAddress: 1 });
  const limited = (limiter: string) => (error: unknown) =>
    error instanceof ApiError && error.apiCode === "RateLimited" && error.detail.limiter === limiter &&
    error.detail.retryAfterMs! > 0;
  const [first] = [rates.admit("192.0.2.1"), rates.admit("192.0.2.1")];
  assert.throws(() => rates.admit("192.0.2.1"), limited("connectionsPerAddress"));
  rates.admit("192.0.2.2");
  first.leave();
  rates.admit("192.0.2.1");
  const leave = rates.admitRequest("192.0.2.1");
  assert.throws(() => rates.admitRequest("192.0.2.1"), limited("requestsPerAddress"));
  leave();
  rates.admitRequest("192.0.2.1");
  assert.deepEqual(refused, ["connectionsPerAddress", "requestsPerAddress"]);
});
