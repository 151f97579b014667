import assert from "node:assert/strict";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { Addresses, boundedWebSocket } from "./connection.ts";

const pace = { firstRetryMs: 100, lastRetryMs: 1_000 };

/** Which address comes when, in milliseconds; as late as chance has it. */
function addresses(urls: readonly string[], chance = 1) {
  const time = new VirtualTime();
  const begun = time.now();
  const found = new Addresses({ urls, pace, random: () => chance, timing: time });
  const asked: string[] = [];
  const next = () => void found.next().then((url) => asked.push(`${url} at ${time.now() - begun}`));
  return { time, addresses: found, next, asked };
}

Deno.test("[LIVE1] the address that answers is kept; after a failure the next is tried, and each round waits longer", async () => {
  const { time, addresses: found, next, asked } = addresses(["a", "b"]);
  for (let attempt = 0; attempt < 6; attempt++) {
    next();
    await time.pass(1_000);
  }
  const delays = [0, 100, 100, 200, 200, 400].map((delay, n) => `${"ab"[n % 2]} at ${n * 1_000 + delay}`);
  assert.deepEqual(asked, delays);
  // The last one, b, answers, and is lost long after: it is asked first, soon.
  found.opened();
  await time.pass(10_000);
  found.lost();
  next();
  await time.pass(1_000);
  assert.equal(asked.at(-1), "b at 16100");
});

Deno.test("[LIVE1] who is taken in and put out again has failed: the next address is tried, and the waiting grows", async () => {
  const { time, addresses: found, next, asked } = addresses(["a", "b"]);
  for (let attempt = 0; attempt < 4; attempt++) {
    next();
    await time.pass(1_000);
    found.opened();
    found.lost();
  }
  assert.deepEqual(asked, ["a at 0", "b at 1100", "a at 2100", "b at 3200"]);
});

Deno.test("[LIVE1] a socket that is closed before it was open has failed, however long ago another was: the waiting grows", async () => {
  const { time, addresses: found, next, asked } = addresses(["a"]);
  next();
  await time.pass(0);
  found.opened();
  await time.pass(10_000);
  found.lost();
  for (let attempt = 0; attempt < 4; attempt++) {
    next();
    await time.pass(1_000);
    found.lost();
  }
  assert.deepEqual(asked, ["a at 0", "a at 10100", "a at 11100", "a at 12200", "a at 13400"]);
});

Deno.test("[LIVE1] of an attempt whose failure is told twice, the second time late, both addresses have their turn and the waiting grows", async () => {
  const { time, addresses: found, next, asked } = addresses(["a", "b"]);
  for (let attempt = 0; attempt < 6; attempt++) {
    next();
    // The attempt before is known to have failed: this is said once more while the next one is waited for.
    found.lost();
    await time.pass(1_000);
  }
  assert.deepEqual(asked, [0, 100, 100, 200, 200, 400].map((delay, n) => `${"ab"[n % 2]} at ${n * 1_000 + delay}`));
});

Deno.test("[LIVE1] a socket that fails is closed once, whether its platform says so or not", async () => {
  /** As in Node 22, unless it closes properly. */
  class Failing extends EventTarget {
    static closes = false;
    readyState = 0;
    constructor() {
      super();
      setTimeout(() => {
        this.dispatchEvent(new Event("error"));
        if (Failing.closes) this.dispatchEvent(new Event("close"));
      });
    }
    close() {}
  }
  const platforms = globalThis.WebSocket;
  for (const closes of [false, true]) {
    Failing.closes = closes;
    const closed = Promise.withResolvers<void>();
    let times = 0;
    globalThis.WebSocket = Failing as unknown as typeof WebSocket;
    try {
      const socket = new (boundedWebSocket({ openMs: 10_000, closeMs: 10_000 }))("ws://127.0.0.1");
      socket.addEventListener("close", () => (times++, closed.resolve()));
      await closed.promise;
      socket.close();
      await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      globalThis.WebSocket = platforms;
    }
    assert.equal(times, 1);
  }
});

Deno.test("[LIVE1] to leave a socket for another one is no failure", async () => {
  const { time, addresses: found, next, asked } = addresses(["a", "b"]);
  for (let attempt = 0; attempt < 3; attempt++) {
    next();
    await time.pass(1_000);
    found.opened();
    found.left();
    found.lost();
  }
  // What is lost then is.
  next();
  await time.pass(1_000);
  found.opened();
  found.lost();
  next();
  await time.pass(1_000);
  assert.deepEqual(asked, ["a at 0", "a at 1100", "a at 2100", "a at 3100", "b at 4100"]);
});

Deno.test("[LIVE1] who lost a server comes back at any moment of the time there is, not all at its end", async () => {
  const moments = [];
  for (const chance of [0, 0.25, 0.5, 0.75]) {
    const { time, addresses: found, next, asked } = addresses(["a"], chance);
    next();
    await time.pass(0);
    found.opened();
    await time.pass(10_000);
    found.lost();
    next();
    await time.pass(1_000);
    moments.push(asked.at(-1));
  }
  assert.deepEqual(moments, ["a at 10000", "a at 10025", "a at 10050", "a at 10075"]);
});

Deno.test("[LIVE1] when the network is back nothing is waited for, and a closed client waits for nothing", async () => {
  const { time, addresses: found, next, asked } = addresses(["a"]);
  for (let attempt = 0; attempt < 8; attempt++) {
    next();
    await time.pass(1_000);
  }
  next();
  await time.pass(300);
  found.hurry();
  await time.settle();
  assert.equal(asked.at(-1), "a at 8300");
  next();
  await time.pass(50);
  found.close();
  await time.settle();
  assert.equal(asked.at(-1), "a at 8350");
});
