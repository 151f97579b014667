import { strict as assert } from "node:assert";
import { needsLoopback } from "@gatz/testing/loopback.ts";
import { Raw } from "./raw.ts";

if (await needsLoopback(import.meta.url)) {
  /** Accepts one connection, and closes it or keeps it. */
  const openTo = async (close: boolean) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepted = listener.accept();
    const raw = await Raw.open(`http://127.0.0.1:${listener.addr.port}`);
    const there = await accepted;
    listener.close();
    if (close) there.close();
    return { raw, there: { [Symbol.dispose]: () => void (close || there.close()) } };
  };

  Deno.test("who gave up waiting was not closed by the other end", async () => {
    const kept = await openTo(false);
    using _there = kept.there;
    await kept.raw.readAll(20);
    assert.deepEqual([kept.raw.closed, kept.raw.endedThere], [true, false]);
    const cut = await openTo(true);
    await cut.raw.readAll(5_000);
    assert.deepEqual([cut.raw.closed, cut.raw.endedThere], [true, true]);
    cut.raw[Symbol.dispose]();
  });
}
