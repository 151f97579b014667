/** A node that was cut off, and whose shard another one took meanwhile. */
import type { UserId } from "@gatz/domain";
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { openStorage } = await import("@gatz/storage");
  const { position } = await import("@gatz/domain");
  const { startTcpProxy } = await import("@gatz/testing/tcp_proxy.ts");
  const { answersTo } = await import("@gatz/testing/answers.ts");
  const { until } = await import("@gatz/testing/eventually.ts");
  const { newMessage } = await import("../../packages/domain/testing/drafts.ts");
  const { Town } = await import("./town.ts");

  Deno.test("[SHARD2] who only reads finds out too that another node writes the shard now, and follows it as another's", async () => {
    let proxy: ReturnType<typeof startTcpProxy> | undefined;
    await using town = await Town.start({
      ...{ people: 1, shards: 1 },
      through: (url) => (proxy ??= startTcpProxy(url)).through(url),
    });
    await using link = proxy!; // a town connects
    const [user] = town.users as [UserId];
    const shard = town.homeOf(user);
    const { discussion } = await town.discussion(user, []);
    const stop = new AbortController();
    const reading = (async () => {
      for await (const _ of town.storage.follow(shard, position(0), stop.signal));
    })();
    const isHere = (storage: typeof town.storage) => storage.owners().get(shard)?.kind === "here";
    await town.storage.fence(shard);
    const other = await openStorage(town.config, { report: () => {} });
    try {
      link.blackHole = true;
      link.cutAll();
      await until(() => isHere(other));
      const { outcomes: [outcome] } = await answersTo(other, [newMessage(user, discussion)]);
      assert.match(outcome?.kind ?? "", /accepted|duplicate/);
      link.blackHole = false;
      link.cutAll();
      await until(() => !isHere(town.storage));
      assert.ok(isHere(other));
    } finally {
      stop.abort();
      await other.close();
      await reading;
    }
  });
}
