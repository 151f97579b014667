/** Random histories: people who do whatever can be done in groups and discussions, allowed or not, each with words of their own. @module */
import type { DiscussionId, Outcome, Seq, ShardNumber } from "@gatz/domain";
import { freshId, type Person } from "@gatz/testing/test_server.ts";
import { greater, type Mark } from "./list_rows.ts";
import { presentAfter } from "./present.ts";
import type { Words } from "./words.ts";

interface Said {
  readonly id: string;
  readonly by: Person;
  readonly seq: number;
}

interface Talk {
  readonly stream: string;
  readonly group: string;
  readonly shard: ShardNumber;
  readonly said: Said[];
  readonly flags: string[];
  /** Who seems to be in there: most of what happens is by them. */
  present: readonly string[];
}

interface Group {
  readonly stream: string;
  readonly shard: ShardNumber;
  present: readonly string[];
}

export interface PlayOptions {
  /** The first makes the first group of all but the last one. */
  readonly people: readonly Person[];
  readonly words: Words;
  /** 0 up to 1. */
  readonly random: () => number;
}

type Body = Readonly<Record<string, unknown>>;
type Move = (actor: Person, talk: Talk) => Promise<unknown>;

const EMOJI = ["👍", "🎉", "❤️"] as const;
const HOUR_MS = 3_600_000;

export class Play {
  readonly talks: Talk[] = [];
  readonly groups: Group[] = [];
  /** How many drafts of each type were accepted. */
  readonly accepted = new Map<string, number>();
  /** The greatest mark of each user in each discussion, `user discussion`, of those that they were told to have made. */
  readonly marks = new Map<string, Mark>();
  /** Whose account has ended: with it end their feeds, whatever these had not told yet. */
  readonly ended = new Set<string>();
  readonly #options: PlayOptions;
  readonly #moves: readonly (readonly [weight: number, move: Move])[];

  constructor(options: PlayOptions) {
    this.#options = options;
    this.#moves = this.#makeMoves();
  }

  /** Groups that overlap, and discussions of some of their people. */
  async furnish({ discussions }: { discussions: number }): Promise<void> {
    const { people } = this.#options;
    const insiders = people.slice(0, -1);
    await this.#group(insiders[0]!, insiders.slice(1));
    await this.#group(insiders[1]!, insiders.slice(2, 4));
    for (let n = 0; n < discussions; n++) {
      const group = this.groups[n % this.groups.length]!;
      await this.#talk(insiders[1]!, { group, others: insiders.filter(() => this.#chance(0.6)) });
    }
  }

  /** Whatever happened, there is something that some may see and others may not: who was removed, who blocks, who is no moderator, what was purged. */
  async finish(): Promise<void> {
    const [ann, ben, cyd, dan] = this.#options.people as [Person, Person, Person, Person];
    const together = await this.#group(ann, [ben, cyd, dan]);
    const talk = together && await this.#talk(ann, { group: together, others: [ben, cyd, dan], isOpen: false });
    if (!talk) throw new Error("nothing keeps them from being together");
    const { stream, shard } = talk;
    await this.#say(ben, talk);
    await this.#offer(ann, stream, { type: "remove-member", body: { user: dan.user }, shard });
    // To who has left what was said before stands.
    const upToSeq = talk.said.at(-1)?.seq;
    const purged = await this.#offer(ann, stream, {
      type: "expunge",
      body: { author: ben.user, upToSeq, why: "purge", reason: this.#options.words.next() },
      shard,
    });
    if (purged === null) throw new Error("nothing was purged");
    await this.#say(ben, talk);
    await this.#offer(ann, stream, { type: "rename", body: { name: this.#options.words.next() }, shard });
    await this.#offer(cyd, cyd.user, { type: "block-user", body: { user: ben.user }, shard: cyd.home });
    await this.#welcomeLate();
  }

  /** Somebody comes after what was pinned and is answered, and is mentioned: of the one they see nothing, of the other how much it is. */
  async #welcomeLate(): Promise<void> {
    const [ann, ben, , , eve] = this.#options.people as [Person, Person, Person, Person, Person];
    const together = await this.#group(ann, [ben, eve]);
    const talk = together && await this.#talk(ann, { group: together, others: [ben], isOpen: false });
    if (!talk) throw new Error("nothing keeps them from being together");
    const { stream, shard } = talk;
    await this.#say(ben, talk);
    const [early] = talk.said;
    const does = (type: string, body: Body) => this.#offer(ann, stream, { type, body, shard });
    await does("pin-message", { target: early?.id });
    await does("add-members", { users: [eve.user], historyFrom: "now" });
    const answer = { text: this.#options.words.next(), mentions: [eve.user], attachments: [], replyTo: early?.id };
    const id = freshId("msg", shard);
    const seq = await this.#offer(ben, stream, { type: "new-message", body: answer, shard, id });
    if (seq === null) throw new Error("nothing keeps them from answering");
    talk.said.push({ id, by: ben, seq });
    await this.#mark(ann, talk);
  }

  /** In each discussion somebody says something and somebody else flags it, if they may: which is for few to see. */
  async flagEverywhere(): Promise<void> {
    for (const talk of this.talks) {
      const [one, other] = this.#options.people.filter(({ user }) => talk.present.includes(user));
      if (one === undefined || other === undefined) continue;
      await this.#say(one, talk);
      await this.#flag(other, talk, talk.said.at(-1)?.id);
    }
  }

  async go(moves: number, { isLate = false } = {}): Promise<void> {
    for (let n = 0; n < moves; n++) {
      const talk = this.#pick(this.talks);
      const move = isLate && n === 0 ? this.#endAccount : this.#weighted();
      await move(this.#actorIn(talk), talk);
    }
  }

  /** Mostly whoever it may be of those who are there, and most of all who began it. */
  #actorIn({ present }: { readonly present: readonly string[] }): Person {
    const { people } = this.#options;
    const user = this.#chance(0.4) ? present[0] : this.#pick(present);
    return (this.#chance(0.85) ? people.find((one) => one.user === user) : undefined) ?? this.#pick(people);
  }

  /** Ends the account of somebody who owns no group. */
  readonly #endAccount: Move = async () => {
    const actor = this.#options.people.at(-2)!;
    const seq = await this.#offer(actor, actor.user, { type: "end-account", body: {}, shard: actor.home });
    if (seq !== null) this.ended.add(actor.user);
  };

  #makeMoves(): readonly (readonly [number, Move])[] {
    const user = () => this.#pick(this.#options.people).user;
    const word = () => this.#options.words.next();
    const because = (talk: Talk): Body => ({
      reason: word(),
      ...(talk.flags.length > 0 && this.#chance(0.5) && { flag: this.#pick(talk.flags) }),
    });
    const target = (talk: Talk) => this.#pick(talk.said)?.id;
    const tell = (type: string, body: (talk: Talk, actor: Person) => Body): Move => (actor, talk) =>
      this.#offer(actor, talk.stream, { type, body: body(talk, actor), shard: talk.shard });
    const inGroup = (type: string, body: (group: Group) => Body): Move => () => {
      const group = this.#pick(this.groups);
      return this.#offer(this.#actorIn(group), group.stream, { type, body: body(group), shard: group.shard });
    };
    const history = (talk: Talk) => this.#pick(["all", "now", Math.max(1, (talk.said.at(-1)?.seq ?? 1) - 2)]);
    return [
      [30, (actor, talk) => this.#say(actor, talk)],
      [4, (actor, talk) => this.#edit(actor, talk)],
      [3, (actor, talk) => this.#delete(actor, talk)],
      [
        5,
        tell("react-to-message", (talk) => ({ target: target(talk), emoji: this.#pick(EMOJI), on: this.#chance(0.8) })),
      ],
      [8, tell("add-members", (talk) => ({ users: [user(), user()], historyFrom: history(talk) }))],
      [4, tell("remove-member", (talk) => ({ user: user(), ...because(talk) }))],
      [2, tell("leave", () => ({}))],
      [2, tell("ban-member", (talk) => ({ user: user(), ...because(talk) }))],
      [2, tell("unban-member", () => ({ user: user() }))],
      [2, tell("mute-member", (talk) => ({ user: user(), ...because(talk) }))],
      [2, tell("unmute-member", () => ({ user: user() }))],
      [3, tell("set-role", () => ({ user: user(), role: this.#pick(["moderator", "moderator", "member", "owner"]) }))],
      [3, tell("rename", () => ({ name: word() }))],
      [2, tell("describe", () => ({ description: word() }))],
      [2, tell("pin-message", (talk) => ({ target: target(talk) }))],
      [1, tell("unpin-message", (talk) => ({ target: target(talk) }))],
      [1, tell("lock", because)],
      [3, tell("unlock", () => ({}))],
      [1, tell("close", because)],
      [4, tell("reopen", () => ({}))],
      [5, (actor, talk) => this.#flag(actor, talk)],
      [3, tell("resolve-flag", (talk) => ({ flag: this.#pick(talk.flags), verdict: "dismissed", reason: word() }))],
      [
        3,
        tell(
          "expunge",
          (talk) => ({ author: user(), upToSeq: this.#pick(talk.said)?.seq, why: "purge", ...because(talk) }),
        ),
      ],
      [6, (actor, talk) => this.#type(actor, talk)],
      [5, (actor, talk) => this.#mark(actor, talk)],
      [2, tell("join", () => ({}))],
      [2, (actor) => this.#begin(actor)],
      [2, inGroup("add-members", () => ({ users: [user()], historyFrom: this.#pick(["all", "now"]) }))],
      [1, inGroup("remove-member", () => ({ user: user(), reason: word() }))],
      [1, inGroup("leave", () => ({}))],
      [1, inGroup("rename", () => ({ name: word() }))],
      [1, inGroup("describe", () => ({ description: word() }))],
      [1, inGroup("set-role", () => ({ user: user(), role: this.#pick(["moderator", "member"]) }))],
      [2, () => this.#invite(this.#pick(this.groups))],
      [1, () => this.#block("block-user")],
      [1, () => this.#block("unblock-user")],
    ];
  }

  async #type(actor: Person, talk: Talk): Promise<void> {
    const typing = { discussion: talk.stream as never, on: this.#chance(0.7) };
    await actor.api.live.typing.mutate(typing).catch(nullIfNotThere);
  }

  async #mark(actor: Person, talk: Talk): Promise<void> {
    const discussion = talk.stream as DiscussionId;
    const seq = (this.#pick(talk.said)?.seq ?? 1) as Seq;
    const { reads } = actor.api;
    const set = this.#chance(0.8)
      ? reads.mark.mutate({ discussion, seq })
      : reads.markUnread.mutate({ discussion, seq });
    const marked = await set.catch(nullIfNotThere);
    if (marked === null) return;
    const of = `${actor.user} ${discussion}`;
    const known = this.marks.get(of);
    if (known === undefined || greater(marked.mark, known)) this.marks.set(of, marked.mark);
  }

  async #begin(actor: Person): Promise<void> {
    const others = this.#options.people.filter(() => this.#chance(0.5));
    await this.#talk(actor, { group: this.#pick(this.groups), others });
  }

  async #say(actor: Person, talk: Talk): Promise<void> {
    const replyTo = this.#chance(0.3) ? this.#pick(talk.said)?.id : undefined;
    const id = freshId("msg", talk.shard);
    const mentions = this.#chance(0.2) ? [this.#pick(this.#options.people).user] : [];
    const body = { text: this.#options.words.next(), mentions, attachments: [], ...(replyTo && { replyTo }) };
    const seq = await this.#offer(actor, talk.stream, { type: "new-message", body, shard: talk.shard, id });
    if (seq !== null) talk.said.push({ id, by: actor, seq });
  }

  async #edit(_actor: Person, talk: Talk): Promise<void> {
    const message = this.#pick(talk.said);
    if (message === undefined) return;
    const body = { target: message.id, text: this.#options.words.next(), mentions: [], attachments: [] };
    await this.#offer(message.by, talk.stream, { type: "edit-message", body, shard: talk.shard });
  }

  async #delete(actor: Person, talk: Talk): Promise<void> {
    const message = this.#pick(talk.said);
    if (message === undefined) return;
    const body = { target: message.id, reason: this.#options.words.next() };
    await this.#offer(this.#chance(0.5) ? message.by : actor, talk.stream, {
      type: "delete-message",
      body,
      shard: talk.shard,
    });
  }

  async #flag(actor: Person, talk: Talk, target = this.#pick(talk.said)?.id): Promise<void> {
    const id = freshId("evt", talk.shard);
    const body = { target, reason: this.#options.words.next() };
    const seq = await this.#offer(actor, talk.stream, { type: "flag-message", body, shard: talk.shard, id });
    if (seq !== null) talk.flags.push(id);
  }

  async #invite(group: Group): Promise<void> {
    const hash = crypto.getRandomValues(new Uint8Array(32)).toHex();
    const { shard, stream } = group;
    await this.#offer(this.#actorIn(group), stream, { type: "create-invite", body: { hash }, shard });
  }

  /** Some never block anybody, and are blocked by none. */
  async #block(type: "block-user" | "unblock-user"): Promise<void> {
    const some = this.#options.people.slice(4);
    const actor = this.#pick(some);
    await this.#offer(actor, actor.user, { type, body: { user: this.#pick(some).user }, shard: actor.home });
  }

  async #group(actor: Person, others: readonly Person[]): Promise<Group | null> {
    const stream = freshId("grp", actor.home);
    const body = { name: this.#options.words.next(), members: others.map(({ user }) => user) };
    const seq = await this.#offer(actor, stream, { type: "create", body, shard: actor.home });
    if (seq === null) return null;
    const group = { stream, shard: actor.home, present: [actor.user, ...body.members] };
    this.groups.push(group);
    return group;
  }

  async #talk(
    actor: Person,
    { group, others, isOpen = this.#chance(0.3) }: { group: Group; others: readonly Person[]; isOpen?: boolean },
  ): Promise<Talk | null> {
    const stream = freshId("disc", actor.home);
    const { words } = this.#options;
    const body = {
      ...{ group: group.stream, name: words.next(), description: words.next() },
      members: others.filter((other) => other !== actor).map(({ user }) => user),
      ...(isOpen && { join: { until: Date.now() + HOUR_MS, historyFrom: this.#pick(["all", "now"]) } }),
    };
    const seq = await this.#offer(actor, stream, { type: "create", body, shard: actor.home });
    if (seq === null) return null;
    const present = [actor.user, ...body.members];
    const talk: Talk = { stream, group: group.stream, shard: actor.home, said: [], flags: [], present };
    this.talks.push(talk);
    return talk;
  }

  /** The seq, if it was accepted. */
  async #offer(
    actor: Person,
    stream: string,
    { type, body, shard, id = freshId("evt", shard) }: { type: string; body: Body; shard: ShardNumber; id?: string },
  ): Promise<number | null> {
    const draft = { stream, id, type, version: 1, body };
    const { outcomes } = await actor.api.log.offer.mutate({ stream: stream as never, drafts: [draft] })
      .catch(() => ({ outcomes: [] as Outcome[] })); // what is refused as a whole is refused too
    const [outcome] = outcomes;
    if (outcome?.kind !== "accepted") return null;
    this.accepted.set(type, (this.accepted.get(type) ?? 0) + 1);
    const place = [...this.talks, ...this.groups].find((one) => one.stream === stream);
    if (place !== undefined) place.present = presentAfter(place.present, { type, body, actor: actor.user });
    return outcome.seq;
  }

  #weighted(): Move {
    const total = this.#moves.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.#options.random() * total;
    for (const [weight, move] of this.#moves) if ((left -= weight) < 0) return move;
    return this.#moves[0]![1];
  }

  #chance(p: number): boolean {
    return this.#options.random() < p;
  }

  /** One of them; of none there is none, and what would name it is refused. */
  #pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.#options.random() * all.length)]!;
  }
}

/** Who is not there, or never was, is refused, and whose account has ended; nothing else goes wrong. */
function nullIfNotThere(error: { data?: { code?: string } }): null {
  if (!["NotFound", "Unauthenticated"].includes(error.data?.code ?? "")) throw error;
  return null;
}
