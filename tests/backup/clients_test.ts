/** Clients whose server is restored underneath them heal by themselves. @module */
import assert from "node:assert/strict";
import type { FeedItem, Incarnation } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { createGatz } = await import("@gatz/client");
  const { backup, restore, verify } = await import("@gatz/storage");
  const { until } = await import("@gatz/testing/eventually.ts");
  const { testDatabase } = await import("@gatz/testing/test_database.ts");
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("../api/talk.ts");
  const { inTempFolder } = await import("./lived_in.ts");

  const SHARDS = 2;

  Deno.test("[LOG9] clients whose server is restored underneath them drop what is no more, read anew, and offer again what they hold", async () => {
    await using folder = await inTempFolder();
    await using before = await testServer({ database: { shards: SHARDS } });
    const { port } = new URL(before.url);
    const [ann, ben] = [await person(before.url, "ann"), await person(before.url, "ben")];
    await using _people = disposeAll(ann, ben);
    const { discussion } = await talk(ann, [ben]);
    const open = async ({ token }: typeof ann) => {
      const gatz = await createGatz({ url: before.url, auth: token });
      const open = gatz.open(discussion);
      const texts = () =>
        open.picture.snapshot().messages.map((message) => message.kind === "live" ? message.text : "deleted");
      const shows = (...expected: string[]) =>
        texts().join() === expected.join() && open.picture.snapshot().pending.size === 0;
      return { api: gatz.api, open, texts, shows, [Symbol.asyncDispose]: () => gatz.close() };
    };
    await using anns = await open(ann);
    await using bens = await open(ben);
    // The stock subscription of a whole client, which re-sends its cursor by itself.
    const lives: Incarnation[] = [];
    const items: FeedItem[] = [];
    const inbox = anns.api.live.inbox.subscribe({}, {
      onData: ({ data }) => {
        items.push(...data.items);
        for (const item of data.items) if (item.type === "live") lives.push(item.incarnation);
      },
    });
    sent((await ann.api.messages.send.mutate({ id: freshId("msg", ann.home), discussion, text: "kept" })).outcome);
    await until(() => anns.shows("kept") && bens.shows("kept"));
    const file = folder.path("a.gatz");
    await backup(before.database.storageConfig(), { file });

    const lost = freshId("msg", ann.home);
    sent((await ann.api.messages.send.mutate({ id: lost, discussion, text: "lost" })).outcome);
    await until(() => anns.shows("kept", "lost") && bens.shows("kept", "lost"));
    await before.server.stop();
    await before.storage.close();
    bens.open.send({ text: "held" });
    assert.equal(bens.open.picture.snapshot().pending.size, 1);

    await using database = await testDatabase({ shards: SHARDS });
    const config = database.storageConfig();
    const { incarnation } = await restore(config, { files: [file] });
    await using _after = await testServer({ beside: { database, secrets: before.secrets }, port: Number(port) });
    await until(() => anns.shows("kept", "held") && bens.shows("kept", "held"));
    await until(() => lives.at(-1) === incarnation);
    assert.equal(lives[0], before.storage.incarnation);

    // What ann still has of the lost one she may offer again, under the same id (LOG2).
    const heard = items.length;
    sent((await ann.api.messages.send.mutate({ id: lost, discussion, text: "lost" })).outcome);
    await until(() => anns.shows("kept", "held", "lost") && bens.shows("kept", "held", "lost"));
    await until(() => items.slice(heard).some((item) => item.type === "event" && item.event.id === lost));
    inbox.unsubscribe();
    assert.deepEqual((await verify(config)).problems, []);
  });
}
