/** All at once: feeds that are cut together come back together, and everyone else goes on. `GATZ_ABUSE=whole`: 2,000 of them. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { connect, person } = await import("@gatz/testing/test_server.ts");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { memoryOf, startTarget } = await import("./target.ts");
  const { quantile, talkUntil } = await import("./well_behaved.ts");

  const FEEDS = Deno.env.get("GATZ_ABUSE") === "whole" ? 2_000 : 100;
  const OF_A_USER = 10;
  const PATIENCE_MS = 60_000;
  /** MiB that the process may grow by. */
  const mostMib = 100 + FEEDS / 10;

  Deno.test("[LIVE1] [SEC2] feeds that are cut all at once come back all at once, in bounded memory", async () => {
    await using target = await startTarget({ pairs: 4, limits: ["lifted-for-load"] });
    await using proxy = startTcpProxy(target.url);
    await using parts = new AsyncDisposableStack();
    let begun = 0;
    for (let user = 0; user < FEEDS / OF_A_USER; user++) {
      const { token } = parts.use(await person(target.url, `crowd_${user}`));
      for (let i = 0; i < OF_A_USER; i++) {
        const { api } = parts.use(connect(`http://127.0.0.1:${proxy.port}`, { transport: "ws", token }));
        api.live.inbox.subscribe({}, {
          onData: ({ data }) => {
            for (const item of data.items) if (item.type === "live") begun++;
          },
        });
      }
    }
    const until = async (count: number) => {
      const deadline = performance.now() + PATIENCE_MS;
      while (begun < count) {
        assert.ok(performance.now() < deadline, `${count - begun} feeds never came`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    await until(FEEDS);
    const before = await memoryOf(target.pid);
    const cutAt = performance.now();
    proxy.cutAll();
    const delays = await talkUntil(target.pairs, until(2 * FEEDS));
    const seconds = (performance.now() - cutAt) / 1000;
    const grown = (await memoryOf(target.pid)).most - before.now;
    console.log(
      `${FEEDS} feeds were back after ${seconds.toFixed(1)} s; memory + ${grown.toFixed(0)} MiB; ` +
        `p99 of ${delays.acks.length} sends ${quantile(delays.acks, 0.99).toFixed(1)} ms`,
    );
    assert.ok(grown <= mostMib, `memory grew by ${grown.toFixed(0)} MiB`);
  });
}
