/** The lists of a client on a real server: whatever people do, when all is quiet they are what the server says, and what can be counted. */
import {
  type ConnectedGatz,
  createGatz,
  type DiscussionList,
  memoryStore,
  type Observable,
  type Store,
} from "@gatz/client";
import { type DiscussionId, type GroupId, type MessageId, seq, shardOf, type UserId } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import assert from "node:assert/strict";

if (await needsPostgres(import.meta.url)) {
  const { testServer, person, freshId } = await import("@gatz/testing/test_server.ts");
  type Person = Awaited<ReturnType<typeof person>>;

  /** mulberry32: from 0 up to 1, the same for the same seed. */
  function seeded(seed: number): () => number {
    let a = seed;
    return () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /** Few people who do all sorts of things: what is refused is refused. */
  class Crowd {
    readonly discussions: DiscussionId[] = [];
    readonly #random: () => number;
    #said = 0;

    constructor(private readonly people: readonly Person[], private readonly group: GroupId, seed: number) {
      this.#random = seeded(seed);
    }

    pick<T>(some: readonly T[]): T {
      return some[Math.floor(this.#random() * some.length)]!;
    }

    async begin(owner: Person, members: readonly Person[]): Promise<void> {
      const discussion = freshId("disc", owner.home);
      const body = {
        group: this.group,
        name: `No. ${this.discussions.length}`,
        members: members.map(({ user }) => user),
      };
      await this.#offer(owner, discussion, { type: "create", body });
      this.discussions.push(discussion);
    }

    /** One thing that somebody does; the first of the people is the one whose lists are looked at. */
    async act(): Promise<void> {
      const [viewer, ...others] = this.people as [Person, ...Person[]];
      const actor = this.pick(this.people);
      const discussion = this.pick(this.discussions);
      const user = this.pick(this.people).user;
      const does = (type: string, body: object) => this.#offer(actor, discussion, { type, body });
      const kind = this.pick([...OFTEN, ...OFTEN, ...OFTEN, ...SELDOM]);
      switch (kind) {
        case "say":
          return await does("new-message", this.#content([user]));
        case "edit-message":
        case "delete-message":
        case "react-to-message": {
          const said = await this.#some(actor, discussion);
          if (said === undefined) return;
          const { id: target, author } = said;
          if (kind === "react-to-message") {
            return await does(kind, { target, emoji: this.pick(["👍", "🎉"]), on: true });
          }
          const writer = this.people.find((one) => one.user === author) ?? actor;
          const body = kind === "edit-message" ? { target, ...this.#content([user]) } : { target };
          return await this.#offer(writer, discussion, { type: kind, body });
        }
        case "mark": {
          const row = (await viewer.api.discussions.rows.query({ discussions: [discussion] })).rows[0];
          if (row?.kind !== "discussion") return;
          const at = Math.floor(this.#random() * (row.head + 1));
          if (this.#random() < 0.7) await viewer.api.reads.mark.mutate({ discussion, seq: seq(Math.max(at, 1)) });
          else await viewer.api.reads.markUnread.mutate({ discussion, seq: seq(at) });
          return;
        }
        case "notify": {
          const { rows: [row] } = await viewer.api.discussions.rows.query({ discussions: [discussion] });
          if (row?.kind !== "discussion") return;
          await viewer.api.settings.setDiscussion.mutate({
            discussion,
            notify: this.pick(["all", "mentions", "none"]),
          });
          return;
        }
        case "block":
          return await this.#offer(viewer, viewer.user, { type: "block-user", body: { user: this.pick(others).user } });
        case "unblock":
          return await this.#offer(viewer, viewer.user, {
            type: "unblock-user",
            body: { user: this.pick(others).user },
          });
        case "begin":
          return await this.begin(this.pick(others), this.people);
        case "add":
          return await does("add-members", { users: [user], historyFrom: this.pick(["all", "now"]) });
        case "remove-member":
          return await does(kind, { user });
        case "leave":
          return await this.#offer(viewer, discussion, { type: kind, body: {} });
        case "rename":
          return await does(kind, { name: `Now ${this.#said}` });
        case "expunge":
          return await does(kind, { author: user, upToSeq: 5, why: "purge" });
        case "mute-member":
          return await does(kind, { user });
        case "flag-message": {
          const said = await this.#some(actor, discussion);
          if (said !== undefined) await does(kind, { target: said.id });
          return;
        }
        case "lock":
        case "unlock":
          return await does(kind, {});
      }
    }

    #content(mentions: readonly UserId[]) {
      return { text: `No. ${++this.#said}`, mentions: this.#random() < 0.3 ? mentions : [], attachments: [] };
    }

    async #some(actor: Person, discussion: DiscussionId): Promise<{ id: MessageId; author: UserId } | undefined> {
      const page = await actor.api.messages.byDiscussion.query({ discussion, limit: 10 }).catch(() => null);
      return page === null || page.messages.length === 0 ? undefined : this.pick(page.messages);
    }

    async #offer(actor: Person, stream: DiscussionId | UserId, { type, body }: { type: string; body: object }) {
      const shard = shardOf(stream);
      const id = type === "new-message" ? freshId("msg", shard) : freshId("evt", shard);
      // What is of no use here is refused there.
      const draft = { stream, id, type, version: 1, body } as never;
      await actor.api.log.offer.mutate({ stream, drafts: [draft] }).catch((error) => {
        assert(error.data?.code === "NotFound", error);
      });
    }
  }

  const OFTEN = ["say", "say", "say", "edit-message", "react-to-message", "mark"] as const;
  const SELDOM = [
    ...["delete-message", "notify", "block", "unblock", "begin", "add", "add", "remove-member", "leave"] as const,
    ...["rename", "expunge", "mute-member", "flag-message", "lock", "unlock"] as const,
  ] as const;

  /** Unread by the plainest reading of READ2: what the log says, event by event. */
  async function unreadIn(viewer: Person, discussion: DiscussionId, mark: number): Promise<number> {
    const { blocks } = await viewer.api.users.blocked.query().then(({ users }) => ({
      blocks: new Set(users.map(({ id }) => id)),
    }));
    const unread = new Map<string, { author: string; seq: number }>();
    for (let fromSeq = 1;;) {
      const { items } = await viewer.api.log.read.query({ stream: discussion, fromSeq: seq(fromSeq), limit: 500 });
      const last = items.at(-1);
      if (last === undefined) return unread.size;
      for (const item of items) {
        if (item.type !== "event") continue;
        const { type, seq, actor, body, id } = item.event;
        if (type === "new-message" && seq > mark && actor !== viewer.user && !blocks.has(actor as UserId)) {
          unread.set(id, { author: actor, seq });
        }
        if (type === "delete-message") unread.delete(body.target);
        if (type === "expunge") {
          for (const [message, { author, seq }] of unread) {
            if (author === body.author && seq <= body.upToSeq) unread.delete(message);
          }
        }
      }
      fromSeq = (last.type === "event" ? last.event.seq : last.to) + 1;
    }
  }

  async function allRows(viewer: Person) {
    const rows = [];
    let before: string | undefined;
    for (;;) {
      const page = await viewer.api.discussions.byUser.query({ limit: 3, ...(before && { before }) });
      rows.push(...page.rows);
      if (page.next === null) return rows;
      before = page.next;
    }
  }

  /** Waits until the list is what the server says; fails with both. */
  async function assertSame(shown: Observable<DiscussionList>, viewer: Person): Promise<number> {
    const until = performance.now() + 10_000;
    for (;;) {
      const rows = await allRows(viewer);
      try {
        assert.deepEqual(shown.snapshot().rows, rows);
        return rows.length;
      } catch (error) {
        if (performance.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  const SEED = Number(Deno.env.get("GATZ_TEST_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  const ACTS = 80;

  Deno.test(`[USR3] [READ2] [VIS4] [BLK1] when all is quiet two clients' lists are the server's, and are counted right (seed ${SEED})`, async () => {
    await using server = await testServer();
    const handles = ["viewer", "xenia", "yuri"];
    const people = await Promise.all(handles.map((handle) => person(server.url, handle)));
    const [viewer, ...others] = people as [Person, ...Person[]];
    const group = freshId("grp", others[0]!.home);
    const members = people.filter((one) => one !== others[0]).map(({ user }) => user);
    const id = freshId("evt", others[0]!.home);
    await others[0]!.api.groups.create.mutate({ id, stream: group, name: "Group", members });
    const crowd = new Crowd(people, group, SEED);
    for (let n = 0; n < 5; n++) await crowd.begin(crowd.pick(others), people);
    const app = (store: Store) => createGatz({ url: server.url, auth: viewer.token, store });
    const store = memoryStore();
    const apps: ConnectedGatz[] = [await app(store), await app(memoryStore())];
    try {
      for (let n = 0; n < ACTS; n++) {
        await crowd.act();
        // All that is certain is certain from here on.
        if (n % 20 === 10) await assertSame(apps[1]!.discussions, viewer);
      }
      const listed = await Promise.all(apps.map(({ discussions }) => assertSame(discussions, viewer)));
      assert(listed[0]! >= 5, `${listed}`);
      for (const row of apps[0]!.discussions.snapshot().rows) {
        assert(row.kind === "discussion" && row.mark !== null && row.unread !== null);
        assert.equal(row.unread.count, await unreadIn(viewer, row.id, row.mark.seq), row.id);
      }
    } finally {
      await Promise.all(apps.map((app) => app.close()));
      for (const one of people) await one[Symbol.asyncDispose]();
    }
  });
}
