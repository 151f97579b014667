import type { LogEvent } from "@gatz/domain";
import assert from "node:assert/strict";
import fc from "fast-check";
import { FaultyFeeds } from "../../testing/faulty_feeds.ts";
import { COFFEE, head, kind, start, TEA, texts } from "../../testing/replica_stage.ts";
import { UNAVAILABLE } from "../../testing/scripted_server.ts";
import { VirtualTime } from "../../testing/virtual_time.ts";
import type { Store } from "../store/contract.ts";
import { Memory, memoryStore } from "../store/memory.ts";
import type { Held } from "./held.ts";

const STREAMS = [TEA, COFFEE] as const;

/** Of two tabs and two discussions. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant("say"), which: fc.nat(1), times: fc.integer({ min: 1, max: 9 }) }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("deliver", "lose", "beat"), which: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("cut", "reconnect"), which: fc.nat(4) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("hold", "release", "close", "crash"), which: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("silence", "speak"), which: fc.nat(1) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("pass"), which: fc.integer({ min: 1, max: 40 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("restore", "hold back", "let go"), which: fc.constant(0) }),
    },
  ),
  { minLength: 5, maxLength: 60 },
);
type Step = { readonly do: string; readonly which: number; readonly times?: number };

/** A store whose program can die: nothing that it asks for then is done. */
function mortal(store: Store): { store: Store; die(): void } {
  let isDead = false;
  const never = new Promise<never>(() => {});
  const unless = <T>(ask: () => Promise<T>) => isDead ? never : ask();
  return {
    store: {
      get: (table, key) => unless(() => store.get(table, key)),
      list: (table, range) => unless(() => store.list(table, range)),
      write: (changes) => unless(() => store.write(changes)),
      watch: (listener) => store.watch(listener),
      exclusively: (name, signal, work) => unless(() => store.exclusively(name, signal, work)),
      close: () => store.close(),
    },
    die: () => {
      isDead = true;
      void store.close();
    },
  };
}

/** A tab that shows some of the discussions, and notes whatever it showed after something newer. */
class Tab {
  readonly held = new Map<typeof STREAMS[number], Held>();
  private constructor(
    readonly world: World,
    readonly client: Awaited<ReturnType<typeof start>>,
    readonly life: { die(): void },
  ) {}

  static async open(world: World): Promise<Tab> {
    const { store, die } = mortal(memoryStore({ memory: world.memory }));
    return new Tab(world, await start({ server: world.server, time: world.time, store }), { die });
  }

  hold(stream: typeof STREAMS[number]): void {
    if (this.held.has(stream)) return;
    const held = this.client.replica.hold(stream);
    this.held.set(stream, held);
    let [before, life] = [0, this.world.server.life];
    held.view.subscribe(() => {
      const present = head(held) ?? 0;
      if (life === this.world.server.life && present < before && present > 0) {
        this.world.steppedBack.push(`${before} to ${present}`);
      }
      [before, life] = [present, this.world.server.life];
    });
  }

  release(stream: typeof STREAMS[number]): void {
    this.held.get(stream)?.release();
    this.held.delete(stream);
  }
}

class World {
  readonly server = new FaultyFeeds();
  readonly time = new VirtualTime();
  readonly memory = new Memory();
  readonly steppedBack: string[] = [];
  readonly tabs: Tab[] = [];
  readonly #silent = new Set<string>();
  #held: PromiseWithResolvers<void> | null = null;

  static async begin(): Promise<World> {
    const world = new World();
    for (const stream of STREAMS) {
      world.server.create(stream);
      world.server.say(stream, "first");
    }
    world.server.trouble = (_, stream) => stream !== undefined && world.#silent.has(stream) ? UNAVAILABLE : null;
    world.server.gate = (what) =>
      /read|open/.test(what) && world.#held !== null ? world.#held.promise : Promise.resolve();
    for (let n = 0; n < 2; n++) world.tabs.push(await Tab.open(world));
    return world;
  }

  async step({ do: what, which, times = 1 }: Step): Promise<void> {
    const stream = STREAMS[which % 2]!;
    const feed = [...this.server.subscribed][which % Math.max(1, this.server.subscribed.size)];
    const n = (which >> 1) % 2;
    const tab = this.tabs[n]!;
    if (what === "say") { for (let i = 0; i < times; i++) this.server.say(stream, `${this.server.said.length}`); }
    if (what === "deliver") feed?.deliver({ losing: false });
    if (what === "lose") feed?.deliver({ losing: true });
    if (what === "beat") feed?.beat();
    if (what === "cut") feed?.cut();
    if (what === "reconnect") feed?.reconnect();
    if (what === "hold") tab.hold(stream);
    if (what === "release") tab.release(stream);
    if (what === "close") await this.#restart(n, () => tab.client.replica.close());
    if (what === "crash") await this.#restart(n, () => Promise.resolve(tab.life.die()));
    if (what === "silence") this.#silent.add(stream);
    if (what === "speak") this.#silent.delete(stream);
    if (what === "restore") this.server.restore();
    if (what === "hold back") this.#held ??= Promise.withResolvers();
    if (what === "let go") this.#letGo();
    await this.time.pass(what === "pass" ? which * 25 : 1);
  }

  /** Everything works again, and some time passes. */
  async settle(): Promise<void> {
    this.#silent.clear();
    this.#letGo();
    for (let round = 0; round < 4; round++) {
      for (const feed of this.server.subscribed) feed.reconnect();
      await this.time.pass(9_000);
      for (const feed of [...this.server.subscribed]) feed.deliver({ losing: false });
      for (const feed of [...this.server.subscribed]) feed.beat();
    }
    await this.time.pass(9_000);
  }

  #letGo(): void {
    this.#held?.resolve();
    this.#held = null;
  }

  async #restart(n: number, end: () => Promise<void>): Promise<void> {
    const tab = this.tabs[n]!;
    await end();
    this.tabs[n] = await Tab.open(this);
    for (const stream of tab.held.keys()) this.tabs[n]!.hold(stream);
  }
}

const textsOf = (log: readonly LogEvent[]) =>
  log.flatMap((event) => event.type === "new-message" ? [event.body.text] : []);

Deno.test("[LIVE1] [LIVE3] [LIVE4] [LOG9] whatever feeds lose, whatever is silent, cut, closed or crashed, two tabs of one store show the log, and never something older", async () => {
  const seen = { read: 0, open: 0, lives: 0, restarts: 0 };
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const world = await World.begin();
      for (const step of all) await world.step(step);
      for (const tab of world.tabs) for (const stream of STREAMS) tab.hold(stream);
      await world.settle();
      for (const { client, held } of world.tabs) {
        for (const [stream, one] of held) {
          const log = world.server.logs.get(stream) ?? [];
          const { held: window } = one.view.snapshot() ?? {};
          assert.equal(head(one), log.length, `the head of ${stream}`);
          assert.deepEqual(texts(one), textsOf(log.filter(({ seq }) => seq >= (window?.from ?? 0))));
          assert.equal(window?.missing(), null);
        }
        assert.equal(kind(client), "live");
      }
      assert.deepEqual(world.steppedBack, []);
      // What is stored is the log too.
      const store = memoryStore({ memory: world.memory });
      for (const { key, value } of await store.list("events")) {
        const event = world.server.logs.get(key.slice(0, TEA.length) as typeof TEA)?.[Number(key.slice(-10)) - 1];
        assert.deepEqual(value.type === "event" && value.event, event);
      }
      for (const { client } of world.tabs) await client.replica.close();
      for (const what of ["read", "open"] as const) {
        seen[what] += world.server.asked.filter((asked) => asked.startsWith(what)).length;
      }
      seen.lives += all.filter((step) => step.do === "restore").length;
      seen.restarts += all.filter((step) => step.do === "crash").length;
    }),
    { numRuns: 400 },
  );
  assert(Object.values(seen).every((count) => count > 20), JSON.stringify(seen));
});
