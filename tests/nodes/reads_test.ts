/** Devices of one user on several nodes mark at once, while a node is killed and links are cut: all end with the same marks (READ1). @module */
import { strict as assert } from "node:assert";
import type { DiscussionId, FeedItem, Seq } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { until } = await import("@gatz/testing/eventually.ts");
  const { verify } = await import("@gatz/storage");
  const { connect, freshId } = await import("@gatz/testing/test_server.ts");
  const { Chance } = await import("@gatz/testing/chance.ts");
  const { makeFleet } = await import("./fleet.ts");
  type Api = ReturnType<typeof connect>;

  interface Mark {
    readonly epoch: number;
    readonly seq: number;
  }
  type Held = Mark & { readonly rev: number };

  const isLater = (a: Mark, b: Mark) => a.epoch > b.epoch || (a.epoch === b.epoch && a.seq > b.seq);
  const CALL_MS = 3_000;
  const SEED = Math.floor(Math.random() * 2 ** 31);

  /** What one device holds, from its feed alone. */
  class Device implements AsyncDisposable {
    readonly marks = new Map<DiscussionId, Held>();
    #client: Api | undefined;
    #cursor: string | undefined;

    constructor(private readonly token: string) {}

    /** Cuts the connection that there is, and goes on from the cursor on a node. */
    async moveTo({ url }: { url: string }): Promise<void> {
      await this.#client?.[Symbol.asyncDispose]();
      const client = this.#client = connect(url, { transport: "ws", token: this.token });
      const cursor = this.#cursor ?? (await client.api.discussions.byUser.query({})).asOf;
      const live = Promise.withResolvers<void>();
      client.api.live.inbox.subscribe({ cursor }, {
        onData: ({ id, data }) => {
          if (client !== this.#client) return;
          for (const item of data.items) this.#take(item);
          this.#cursor = id;
          if (data.items.some(({ type }) => type === "live")) live.resolve();
        },
        onError: live.reject,
      });
      await live.promise;
    }

    #take(item: FeedItem): void {
      if (item.type !== "read") return;
      const { discussion, epoch, seq, rev } = item;
      const held = this.marks.get(discussion);
      if (held === undefined || rev > held.rev) this.marks.set(discussion, { epoch, seq, rev });
    }

    async [Symbol.asyncDispose](): Promise<void> {
      await this.#client?.[Symbol.asyncDispose]();
    }
  }

  Deno.test("[READ1] [LIVE1] devices race, links are cut and a node is killed: every device ends with the greatest mark that was made", async () => {
    console.log(`seed ${SEED}`);
    await using fleet = await makeFleet();
    await using a = await fleet.start();
    await using b = await fleet.start();
    const [{ owner }] = fleet.rooms as [typeof fleet.rooms[number]];
    const MESSAGES = 30;
    await using others = new AsyncDisposableStack();
    await Promise.all(fleet.rooms.map(async ({ discussion, shard, owner }) => {
      const { api } = others.use(connect(b.url, { transport: "http", token: owner.token }));
      for (let n = 0; n < MESSAGES; n++) {
        await api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: `${n}` });
      }
    }));
    const talks = fleet.rooms.map(({ discussion }) => discussion);
    await using devices = new AsyncDisposableStack();
    const all = [0, 1, 2].map(() => devices.use(new Device(owner.token)));
    const [phone, tablet, laptop] = all as [Device, Device, Device];
    await Promise.all([phone.moveTo(a), tablet.moveTo(b), laptop.moveTo(a)]);

    const answered = new Map<DiscussionId, Mark>();
    let isOver = false;
    let alive = [a, b];
    /** Marks what it likes by what it holds, through whichever node answers. */
    const marking = all.map(async (device, n) => {
      const chance = new Chance(SEED + n);
      const apis = new Map(
        [a, b].map((node) => [node, connect(node.url, { transport: "http", token: owner.token }).api]),
      );
      while (!isOver) {
        const discussion = chance.of(talks);
        const epoch = device.marks.get(discussion)?.epoch ?? 0;
        const wish = { discussion, epoch, seq: chance.whole(1, MESSAGES) as Seq };
        const { reads } = apis.get(chance.of(alive))!;
        const call = chance.whole(0, 7) === 0 ? reads.markUnread : reads.mark;
        const answer = await call.mutate(wish, { signal: AbortSignal.timeout(CALL_MS) }).catch(() => null);
        const before = answered.get(discussion);
        if (answer !== null && (before === undefined || isLater(answer.mark, before))) {
          answered.set(discussion, answer.mark);
        }
      }
    });
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    for (let n = 0; n < 4; n++) {
      await pause(150);
      await laptop.moveTo(n % 2 === 0 ? b : a);
    }
    alive = [b];
    await a.end("SIGKILL");
    await Promise.all([phone.moveTo(b), laptop.moveTo(b)]);
    await pause(500);
    isOver = true;
    await Promise.all(marking);

    const { api } = others.use(connect(b.url, { transport: "http", token: owner.token }));
    const { marks } = await api.reads.get.query({ discussions: talks });
    for (const mark of marks) {
      const acked = answered.get(mark.discussion);
      assert.ok(acked !== undefined, "every discussion was marked");
      assert.ok(!isLater(acked, mark), `${JSON.stringify(acked)} was answered, and ${JSON.stringify(mark)} stands`);
    }
    const stand = marks.map(({ epoch, seq, rev }) => [epoch, seq, rev]);
    assert.ok(marks.some(({ epoch }) => epoch > 0), "some was marked unread");
    const heldBy = ({ marks }: Device) =>
      talks.map((talk) => marks.get(talk)).map((held) => [held?.epoch, held?.seq, held?.rev]);
    for (const device of all) {
      await until(() => JSON.stringify(heldBy(device)) === JSON.stringify(stand));
      assert.deepEqual(heldBy(device), stand);
    }
    assert.deepEqual((await verify(fleet.database.storageConfig())).problems, []);
  });
}
