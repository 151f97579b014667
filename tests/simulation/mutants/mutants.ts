/** Mistakes that somebody could make in the real code, as replacements of its text: the simulation must find each. */
import { IN_CLIENT } from "./in_client.ts";

export interface Mutant {
  readonly mistake: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const DOMAIN = "packages/domain/src";
const STORAGE = "packages/storage/src";
const LIVE = "apps/server/src/live";

const ELSEWHERE: readonly Mutant[] = [
  {
    mistake: "acked before the commit is durable",
    file: `${STORAGE}/shard/flush.ts`,
    find: "await options.transaction.commit({ batch, projection, epoch, takenBy }, progress);",
    replace: "options.transaction.commit({ batch, projection, epoch, takenBy }, progress).catch(() => {});",
  },
  {
    mistake: "the doubt about a lost COMMIT forgotten",
    file: `${STORAGE}/shard/writer.ts`,
    find: "bundle.doubtful ||= isDoubtful;",
    replace: "",
  },
  {
    mistake: "not-now at the deadline while the commit is under way",
    file: `${STORAGE}/shard/bundle.ts`,
    find: "if (this.doubtful || this.committing) this.unknown();",
    replace: "if (this.doubtful) this.unknown();",
  },
  {
    mistake: "written after it was refused at its deadline",
    file: `${STORAGE}/shard/flush.ts`,
    find: "options.bundles.filter((bundle) => !bundle.isSettled)",
    replace: "options.bundles",
  },
  {
    mistake: "an answer to a statement taken for one to COMMIT: a broken connection counts as a refusal",
    file: `${STORAGE}/shard/flush.ts`,
    find: "if (isServersAnswer(error)) this.refused ??= error;",
    replace: "this.refused ??= error;",
  },
  {
    mistake: "ids not looked up in the log",
    file: `${STORAGE}/shard/judge.ts`,
    find: "if (known) return outcomeOfKnown",
    replace: "if (known && bundle.doubtful) return outcomeOfKnown",
  },
  {
    mistake: "the same id with other content acked",
    file: `${STORAGE}/shard/judge.ts`,
    find: "(known.digest === null || known.digest === digest)",
    replace: "true",
  },
  {
    mistake: "the shard's clock taken as it is",
    file: `${STORAGE}/shard/judge.ts`,
    find: "Math.max(batch.clock, entry?.lastAt ?? 0)",
    replace: "batch.clock",
  },
  {
    mistake: "after a rejection the rest of the bundle is tried",
    file: `${STORAGE}/shard/judge.ts`,
    find: `(of === "effects" && kind === "rejected")`,
    replace: `kind === "rejected"`,
  },
  {
    mistake: "the second half of a split run of effects goes though the first got no answer",
    file: `${STORAGE}/shard/writer.ts`,
    find: "if (first.isAnswered) await this.#flush([second], slot);",
    replace: "if (first) await this.#flush([second], slot);",
  },
  {
    mistake: "an effect without an answer recorded as delivered",
    file: `${STORAGE}/outbox/courier.ts`,
    find: "outcome && isAnswer(outcome) ?",
    replace: "outcome ?",
  },
  {
    mistake: "no look for effects after a lost COMMIT or a start",
    file: `${STORAGE}/outbox/outbox.ts`,
    find: "if (isWrittenHere()) this.wake(",
    replace: "if (isWrittenHere() && !rows) this.wake(",
  },
  {
    mistake: "a ring with a hole",
    file: `${STORAGE}/log/ring.ts`,
    find: "if (this.#entries.at(-1)?.committed.position !== before) this.#keepFrom(this.#entries.length);",
    replace: "",
  },
  {
    mistake: "another node's appends not learnt of from the fence",
    file: `${STORAGE}/log/shard_log.ts`,
    find: "this.ring.advance(fence.position);",
    replace: "",
  },
  {
    mistake: "a forwarded offer's first try forgotten: a later refusal believed",
    file: `${STORAGE}/nodes/offer_router.ts`,
    find: "return what.isDoubtful ? onlyAcks(tried.outcomes, what.offer) : tried.outcomes;",
    replace: "return tried.outcomes;",
  },
  {
    mistake: "a lock kept for ever by who was shut out",
    file: `${STORAGE}/shard/ownership.ts`,
    find: "if (session?.isOpen) await this.#giveBack(session);",
    replace: "if (session?.isOpen) this.#yielded.clear();",
  },
  {
    mistake: "another node's marks not learnt of from the fence",
    file: `${STORAGE}/log/shard_log.ts`,
    find: "this.#options.onRev(fence.rev);",
    replace: "",
  },
  {
    mistake: "a mark that is done again after a lost answer is done twice",
    file: `${STORAGE}/personal/writer.ts`,
    find: "spread(result.pinned, requests, (request, its) => request.wishes = its);",
    replace: "",
  },
  {
    mistake: "a stale mark put over a newer one",
    file: "packages/domain/src/personal.ts",
    find: "return compareMarks(wanted, mark) > 0 ? wanted : mark;",
    replace: "return compareMarks(wanted, mark) !== 0 ? wanted : mark;",
  },
  {
    mistake: "a mark believed beyond what its user may see",
    file: "apps/server/src/personal.ts",
    find: "seq(Math.min(wish.seq, head))",
    replace: "seq(Math.max(wish.seq, 0 * head))",
  },
  {
    mistake: "a cursor ahead of the marks that were sent",
    file: `${LIVE}/personal_news.ts`,
    find: "return isDone ? rev(Math.max(this.#sent, this.#handed ?? 0)) : this.#sent;",
    replace: "return isDone || true ? rev(Math.max(this.#sent, this.#handed ?? 0)) : this.#sent;",
  },
  {
    mistake: "memory of changes with a hole",
    file: `${STORAGE}/personal/log.ts`,
    find: "} else if (after > this.#head) this.#forget(after);",
    replace: "} else if (after > this.#head) this.#kept.push(...changes);",
  },
  {
    mistake: "what came while a shard was asked is dropped",
    file: `${LIVE}/shard_reads.ts`,
    find: `    this.options.answered(track, answer);
    if (held === null) return false;
    track.phase = "following";
    for (const delivery of held)`,
    replace: `    this.options.answered(track, answer);
    if (held === null) return false;
    track.phase = "following";
    for (const delivery of held.slice(1))`,
  },
  {
    mistake: "what was held and read comes twice",
    file: `${LIVE}/track.ts`,
    find: "held.filter((delivery) => delivery.position > this.readTo)",
    replace: "held",
  },
  {
    mistake: "the cursor moved before what waits is sent",
    file: `${LIVE}/progress.ts`,
    find: `drained && track.phase === "following"`,
    replace: `track.phase === "following"`,
  },
  {
    mistake: "behind with the head of when it was dropped",
    file: `${LIVE}/queue.ts`,
    find: "    dropped.head = seq;\n",
    replace: "",
  },
  {
    mistake: "what was dropped is not said",
    file: `${LIVE}/queue.ts`,
    find: "if (this.#dropped.size > 0) this.#takeDropped(frame);",
    replace: "this.#dropped.clear();",
  },
  {
    mistake: "who is removed does not hear of it",
    file: `${LIVE}/audience.ts`,
    find: "return isSettledBefore(event.seq, state.members) ? membersNow(state) : membersAt(state.members, event.seq);",
    replace: "return membersNow(state);",
  },
  {
    mistake: "what a joined's state implies is sent again",
    file: `${LIVE}/inlet.ts`,
    find: "if (this.#isImplied(event)) return;",
    replace: "",
  },
  {
    mistake: "a shard's memberships not asked for after an added-to",
    file: `${LIVE}/feed.ts`,
    find: `if (event.type === "added-to" && this.#options.only === undefined) this.reads.askFor(event.body.stream);`,
    replace: "",
  },
  {
    mistake: "people: an add that a leaving of the group overtook stays",
    file: `${DOMAIN}/user/effects.ts`,
    find: "if (!isStale && !isUnwanted(state, event.body)) return [];",
    replace: "if (!isUnwanted(state, event.body)) return [];",
  },
  {
    mistake: "people: who is blocked adds all the same, if they are quick",
    file: `${DOMAIN}/user/evolve.ts`,
    find: "blocks?.includes(by) === true",
    replace: "blocks === null",
  },
  {
    mistake: "people: what was written between an account's end and the removal stays",
    file: `${DOMAIN}/user/effects.ts`,
    find: "return state.endedAt === undefined ? [] : [erasure(event, event.body.stream, event.stream)];",
    replace: "return [];",
  },
  {
    mistake: "people: the eldest takes over, moderator or not",
    file: `${DOMAIN}/stays.ts`,
    find: "const order = rank || a.stay.from - b.stay.from;",
    replace: "const order = a.stay.from - b.stay.from;",
  },
  {
    mistake: "people: who hands over keeps the ownership",
    file: `${DOMAIN}/stays.ts`,
    find: `from === null ? members : withRole(members, from, "moderator")`,
    replace: "members",
  },
  {
    mistake: "people: who is muted speaks",
    file: `${DOMAIN}/discussion/authority.ts`,
    find: "if (!isInForce(mute, facts.at)) return null;",
    replace: "if (mute === undefined || facts.at > 0) return null;",
  },
  {
    mistake: "people: a lock is a sign on the door",
    file: `${DOMAIN}/discussion/authority.ts`,
    find: `return state.locked ? refuse("Locked", { field: "stream" }) : null;`,
    replace: "return null;",
  },
  {
    mistake: "people: who is banned is added again",
    file: `${DOMAIN}/adding.ts`,
    find: `return state.kind === "discussion" && isInForce(state.bans?.[user], at);`,
    replace: `return state.kind === "group" && at < 0;`,
  },
  {
    mistake: "people: what was purged is edited and reacted to",
    file: `${DOMAIN}/message/target.ts`,
    find: "return underMarks(message, state.expunged);",
    replace: "return message;",
  },
  {
    mistake: "people: everybody sees who flags what",
    file: `${DOMAIN}/discussion/visible.ts`,
    find: `return event.actor === viewer || isModerator(viewer, state) ? "full" : "opaque";`,
    replace: `return "full";`,
  },
  {
    mistake: "people: a discussion is not told that another goes on from it",
    file: `${DOMAIN}/discussion/effects.ts`,
    find: "...(continues === undefined\n      ? []",
    replace: "...(continues !== null\n      ? []",
  },
];

export const MUTANTS: readonly Mutant[] = [...ELSEWHERE, ...IN_CLIENT];
