/** People who write all at once, retry, repeat themselves, and send what can't be stored; and who remember what they were told. @module */
import assert from "node:assert/strict";
import type { Ack, DiscussionId, MessageId, NewMessage, Outcome, Proposal, UserId } from "@gatz/domain";
import { Chance } from "@gatz/testing/chance.ts";
import { newMessage, react } from "../../packages/domain/testing/drafts.ts";
import type { Logs } from "./log_oracle.ts";
import type { Town } from "./town.ts";

interface Room {
  readonly discussion: DiscussionId;
  readonly members: readonly UserId[];
}

interface Told {
  readonly draft: Proposal;
  readonly outcome: Outcome;
}

type Act = (writer: Writer) => Promise<void>;

/** A trigger refuses these, as a constraint of the tables would: SQLSTATEs of class 22 and 23 that no check of gatz's own can foresee. */
const POISONED = ["poison 22023", "poison 23514"] as const;
const MALFORMED = ["nul \u0000", "half \ud83d", "other half \udc4d"] as const;

export class Crowd {
  /** All that anybody was told, in the order of the telling. */
  readonly #told: Told[] = [];
  readonly #sent: Proposal<NewMessage>[] = [];
  readonly #bundles: (readonly Proposal[])[] = [];

  private constructor(private readonly town: Town, private readonly rooms: readonly Room[], readonly chance: Chance) {}

  /** Every user makes a discussion with the next three; and the tables refuse poison. */
  static async gather(town: Town, { seed }: { seed: number }): Promise<Crowd> {
    for (const shard of town.storage.shards) await town.byHand(shard, (sql) => sql.unsafe(POISON_TRIGGER));
    const rooms: Room[] = [];
    for (const [n, maker] of town.users.entries()) {
      const others = [1, 2, 3].map((step) => town.users[(n + step) % town.users.length]!); // modulo their number
      const { discussion } = await town.discussion(maker, others);
      rooms.push({ discussion, members: [maker, ...others] });
    }
    return new Crowd(town, rooms, new Chance(seed));
  }

  async write({ writers, turns }: { writers: number; turns: number }): Promise<void> {
    await Promise.all(Array.from({ length: writers }, async (_, n) => {
      const writer = new Writer(this, this.rooms[n % this.rooms.length]!); // modulo their number
      for (let turn = 0; turn < turns; turn++) await this.chance.of(ACTS)(writer);
    }));
  }

  earlier(): Proposal<NewMessage> | undefined {
    return this.#sent.length === 0 ? undefined : this.chance.of(this.#sent);
  }

  async offer(drafts: readonly Proposal[]): Promise<readonly Outcome[]> {
    const [first] = drafts;
    assert.ok(first);
    const outcomes = await this.town.storage.offer(first.stream, drafts, { deadlineMs: 20_000 });
    outcomes.forEach((outcome, i) => this.#told.push({ draft: drafts[i]!, outcome })); // one outcome for each that was tried
    if (outcomes.length === drafts.length && outcomes.every(({ kind }) => kind === "accepted")) {
      this.#bundles.push(drafts);
    }
    for (const draft of drafts) if (draft.type === "new-message") this.#sent.push(draft);
    return outcomes;
  }

  /** Compares what was told with what the logs hold. */
  judge(logs: Logs): void {
    const acks = new Map<string, Ack>();
    for (const { draft, outcome } of this.#told) {
      assert.notEqual(outcome.kind, "unknown", "nothing was cut");
      if (outcome.kind !== "accepted" && outcome.kind !== "duplicate") continue;
      const first = acks.get(draft.id);
      if (first) {
        assert.deepEqual({ ...outcome, kind: "" }, { ...first, kind: "" }, "[LOG2] every ack of an id is the first");
      }
      assert.ok(!(first?.kind === "accepted" && outcome.kind === "accepted"), "[LOG2] an id is accepted once");
      if (!first || outcome.kind === "accepted") acks.set(draft.id, outcome);
    }
    for (const [id, { seq, at }] of acks) {
      const logged = logs.byId(id);
      assert.deepEqual({ seq: logged?.seq, at: logged?.at }, { seq, at }, `[LOG4] what was acked is in the log: ${id}`);
    }
    for (const { draft, outcome } of this.#told) {
      if (outcome.kind !== "rejected" || outcome.code === "EventIdReused" || acks.has(draft.id)) continue;
      assert.equal(logs.byId(draft.id), undefined, `[LOG4] what was rejected is not in the log: ${outcome.code}`);
    }
    for (const { text } of logs.events) {
      assert.ok(text === null || !text.startsWith("poison"), "poison is not in the log");
    }
    this.#judgeBundles(logs);
    assert.ok(acks.size > 100 && this.#bundles.length > 10, "the crowd was busy");
  }

  #judgeBundles(logs: Logs): void {
    for (const drafts of this.#bundles) {
      const positions = drafts.map(({ id }) => logs.byId(id)?.position ?? NaN);
      positions.forEach((position, i) =>
        assert.equal(position, positions[0]! + i, "[LOG4] a bundle is in the log as one run") // it has a first
      );
    }
  }
}

class Writer {
  readonly #members: readonly UserId[];
  readonly #discussion: DiscussionId;

  constructor(readonly crowd: Crowd, { discussion, members }: Room) {
    this.#discussion = discussion;
    this.#members = members;
  }

  message(text = `message ${this.crowd.chance.whole(0, 1e9)}`): Proposal<NewMessage> {
    return newMessage(this.crowd.chance.of(this.#members), this.#discussion, { text });
  }

  reaction(target: MessageId): Proposal {
    return react(this.crowd.chance.of(this.#members), this.#discussion, { target });
  }
}

const bundle: Act = async (writer) => {
  const drafts = Array.from({ length: writer.crowd.chance.whole(1, 4) }, () => writer.message());
  const outcomes = await writer.crowd.offer(drafts);
  assert.deepEqual(outcomes.map(({ kind }) => kind), drafts.map(() => "accepted"));
};

const sameTwiceAtOnce: Act = async (writer) => {
  const draft = writer.message();
  const outcomes = await Promise.all([1, 2, 3].map(() => writer.crowd.offer([draft])));
  assert.deepEqual(outcomes.flat().map(({ kind }) => kind).sort(), ["accepted", "duplicate", "duplicate"]);
};

const sameTwiceInABundle: Act = async (writer) => {
  const draft = writer.message();
  const outcomes = await writer.crowd.offer([draft, writer.message(), draft]);
  assert.deepEqual(outcomes.map(({ kind }) => kind), ["accepted", "accepted", "duplicate"]);
};

const retry: Act = async (writer) => {
  const draft = writer.crowd.earlier();
  if (draft) await writer.crowd.offer([draft]);
};

const otherContent: Act = async (writer) => {
  const draft = writer.message();
  await writer.crowd.offer([draft]);
  const [outcome] = await writer.crowd.offer([{ ...draft, body: { ...draft.body, text: "not what it was" } }]);
  assert.ok(outcome?.kind === "rejected" && outcome.code === "EventIdReused");
};

const malformed: Act = async (writer) => {
  const drafts = [writer.message(), writer.message(writer.crowd.chance.of(MALFORMED)), writer.message()];
  const outcomes = await writer.crowd.offer(drafts);
  assert.deepEqual(outcomes.map((o) => o.kind === "rejected" ? o.code : o.kind), ["accepted", "TextMalformed"]);
};

const poison: Act = async (writer) => {
  const drafts = [writer.message(), writer.message(writer.crowd.chance.of(POISONED)), writer.message()];
  const [outcome, ...rest] = await writer.crowd.offer(drafts);
  assert.ok(
    outcome?.kind === "rejected" && outcome.code === "Malformed" && rest.length === 0,
    "a bundle is never split",
  );
};

const reaction: Act = async (writer) => {
  const draft = writer.message();
  const outcomes = await writer.crowd.offer([draft, writer.reaction(draft.id)]);
  assert.deepEqual(outcomes.map(({ kind }) => kind), ["accepted", "accepted"]);
};

const ACTS = [
  bundle,
  bundle,
  bundle,
  bundle,
  sameTwiceAtOnce,
  sameTwiceInABundle,
  retry,
  retry,
  otherContent,
  malformed,
  poison,
  reaction,
];

const POISON_TRIGGER = `
  create function poison() returns trigger language plpgsql as $$
  begin
    if new.body->>'text' like 'poison %' then
      raise exception 'poisoned' using errcode = substring(new.body->>'text' from 8);
    end if;
    return new;
  end $$;
  create trigger poison before insert on events for each row execute function poison()`;
