import assert from "node:assert/strict";
import type { ChatLine } from "../chat/parse.ts";
import { planReplay } from "./day.ts";
import { chanceFrom } from "./random.ts";
import { type DiscussionPlan, type Nick, peopleOf, type ReplayPlan, type Step, stepsOf } from "./plan.ts";
import { PLANTED_TEXTS } from "./texts.ts";

const OPTIONS = { seed: "1", source: "made up", longTexts: true };

/** Three days of talk between twelve people, with replies to some of the lines just before. */
function chat(): ChatLine[] {
  const chance = chanceFrom("a chat");
  return ["2005-02-08", "2006-03-09", "2007-04-10"].flatMap((day) =>
    Array.from({ length: 400 }, (_, i): ChatLine => ({
      fileLine: i + 2,
      day,
      line: i + 1,
      time: "12:30",
      nick: `nick${chance.below(12)}`,
      answers: i > 0 && chance.once(0.8) ? [i - chance.below(Math.min(i, 5))] : [],
      text: chance.once(0.2) ? `nick${chance.below(12)}: yes` : `text ${i}`,
    }))
  );
}

const PLAN = planReplay(chat(), OPTIONS);
const discussions = PLAN.days.flatMap((day) => day.discussions);
const steps = ({ first, offers }: DiscussionPlan): readonly Step[] => [first, ...offers.flatMap(stepsOf)];

function counts(plan: ReplayPlan): Record<string, number> {
  const found: Record<string, number> = {};
  for (const step of plan.days.flatMap((day) => day.discussions).flatMap(steps)) {
    const name = step.kind === "add"
      ? `add ${step.history.kind}`
      : step.kind === "react"
      ? `react ${step.on}`
      : step.kind;
    found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}

Deno.test("the same chat and seed make the same plan; another seed makes other additions", () => {
  assert.deepEqual(planReplay(chat(), OPTIONS), PLAN);
  assert.notDeepEqual(planReplay(chat(), { ...OPTIONS, seed: "2" }), PLAN);
});

Deno.test("every line of the chat is sent by its author, in the order of the file within its discussion", () => {
  const sent = discussions.flatMap(steps).filter((step) => step.kind === "send" && step.key.startsWith("line-"));
  assert.equal(sent.length, chat().length);
  for (const day of PLAN.days) {
    const lines = new Map(chat().filter((line) => line.day === day.day).map((line) => [`line-${line.line}`, line]));
    for (const discussion of day.discussions) {
      const numbers = steps(discussion).flatMap((step) => {
        const line = lines.get(step.key);
        if (!line) return [];
        assert.equal(step.by, line.nick);
        assert.equal(step.kind === "send" && step.text, line.text);
        assert.equal(step.kind === "send" && step.replyTo, line.answers[0] ? `line-${line.answers[0]}` : undefined);
        return [line.line];
      });
      assert.deepEqual(numbers, [...numbers].sort((one, other) => one - other));
    }
  }
});

Deno.test("the additions have some of each kind", () => {
  const found = counts(PLAN);
  const wanted = [
    ...["edit", "delete", "react true", "react false", "add all", "add now", "add from", "leave", "remove"],
    ...["set-role", "pin", "unpin", "lock", "unlock", "mute", "unmute", "flag", "resolve", "purge", "rename"],
  ];
  for (const kind of wanted) assert.ok((found[kind] ?? 0) > 0, `${kind}: ${JSON.stringify(found)}`);
  assert.ok(discussions.some(({ offers }) => offers.some((offer) => offer.kind === "bundle")), "bundles");
  assert.ok(discussions.some(({ creator, witness }) => creator !== witness), "owners that leave");
});

Deno.test("every planted text is in every day, without the long ones if so asked", () => {
  const textsOf = (plan: ReplayPlan) =>
    plan.days.map((day) =>
      new Set(day.discussions.flatMap(steps).flatMap((step) => step.kind === "send" ? [step.text] : []))
    );
  for (const texts of textsOf(PLAN)) for (const { text } of PLANTED_TEXTS) assert.ok(texts.has(text));
  for (const texts of textsOf(planReplay(chat(), { ...OPTIONS, longTexts: false }))) {
    for (const { text, long } of PLANTED_TEXTS) assert.equal(texts.has(text), !long);
  }
});

Deno.test("[MSG1] planted texts are well-formed and within the limits, which they reach", () => {
  const sizes = PLANTED_TEXTS.map(({ text }) => ({
    points: [...text].length,
    bytes: new TextEncoder().encode(text).length,
  }));
  assert.ok(PLANTED_TEXTS.every(({ text }) => text.isWellFormed() && !text.includes("\0")));
  assert.equal(Math.max(...sizes.map(({ points }) => points)), 10_000);
  assert.equal(Math.max(...sizes.map(({ bytes }) => bytes)), 32 * 1024);
});

/** Judges a plan by a model of its own: a list of what each person may see, by step number. */
function impossible(discussion: DiscussionPlan): string[] {
  const problems: string[] = [];
  const sentAt = new Map<string, number>();
  const deleted = new Set<string>();
  const authors = new Map<string, Nick>();
  const seen = new Map<Nick, Set<number>>([discussion.creator, ...discussion.members].map((nick) => [nick, new Set()]));
  const present = new Set(seen.keys());
  const all = steps(discussion);
  const sees = (nick: Nick, key: string) => seen.get(nick)?.has(sentAt.get(key) ?? -1) ?? false;
  all.forEach((step, at) => {
    const problem = (what: string) => problems.push(`${discussion.key} ${step.key} by ${step.by}: ${what}`);
    if (step.kind === "add") {
      const from = { all: 0, now: at, from: step.history.kind === "from" ? sentAt.get(step.history.message)! : 0 };
      if (present.has(step.user)) problem("is there already");
      present.add(step.user);
      const held = seen.get(step.user) ?? new Set();
      seen.set(step.user, held);
      for (let i = from[step.history.kind]; i < at; i++) held.add(i);
    }
    if (!present.has(step.by)) problem("is not there");
    for (const nick of present) seen.get(nick)!.add(at);
    if (step.kind === "send") {
      if (step.replyTo !== undefined && !sees(step.by, step.replyTo)) problem("answers what they can't see");
      sentAt.set(step.key, at);
      authors.set(step.key, step.by);
    } else if ("target" in step) {
      if (!sees(step.by, step.target)) problem("changes what they can't see");
      if (deleted.has(step.target)) problem("changes a tombstone");
      if (step.kind === "edit" && authors.get(step.target) !== step.by) problem("edits what is not theirs");
      if (step.kind === "delete") deleted.add(step.target);
    } else if (step.kind === "purge") {
      for (const [key, author] of authors) {
        if (author === step.user && sentAt.get(key)! <= sentAt.get(step.upTo)!) deleted.add(key);
      }
    } else if (step.kind === "remove") {
      if (!present.delete(step.user)) problem("removes somebody who is not there");
    } else if (step.kind === "leave") present.delete(step.by);
  });
  if (!present.has(discussion.witness)) problems.push(`${discussion.key}: the witness is gone`);
  if (seen.get(discussion.witness)?.size !== all.length) problems.push(`${discussion.key}: the witness missed some`);
  return problems;
}

Deno.test("[VIS1] nobody does what they could not, by a second model of who sees what", () => {
  assert.deepEqual(discussions.flatMap(impossible), []);
});

Deno.test("[FACT2] who departs is not needed, and some of the departing are followed", () => {
  for (const day of PLAN.days) {
    const witnesses = new Set(day.discussions.map((discussion) => discussion.witness));
    for (const { nick } of day.departures) assert.ok(!witnesses.has(nick) && nick !== day.owner, nick);
    const followers = day.followers.map(({ nick }) => nick);
    assert.equal(new Set(followers).size, followers.length);
    for (const nick of followers) assert.ok(peopleOf(day).includes(nick));
  }
});
