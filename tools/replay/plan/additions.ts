/** What the source lacks, decided by seed: reactions, edits, deletions, planted texts. @module */
import type { Nick } from "./plan.ts";
import type { Chance } from "./random.ts";
import { sameReaction, type Stage, type Standing } from "./stage.ts";
import { type PlantedText, REACTIONS } from "./texts.ts";

/** How often, after one message of the source. */
const RATES = { react: 0.14, takeBack: 0.2, edit: 0.05, baseRevision: 0.5, delete: 0.015, deleteByOwner: 0.3 };
/** Changes are of messages among the last few. */
const RECENT = 6;

/** Changes that people make after a message was sent. `owner` is the discussion's. */
export function addChanges(stage: Stage, owner: Nick, chance: Chance): void {
  if (chance.once(RATES.react)) react(stage, chance);
  if (chance.once(RATES.edit)) edit(stage, chance);
  if (chance.once(RATES.delete)) remove(stage, owner, chance);
}

/** A message that the source does not have, as an answer to the newest. */
export function plant(stage: Stage, { planted, chance }: { planted: PlantedText; chance: Chance }): void {
  const by = chance.pick(stage.presence.present());
  const answered = stage.standing().filter((message) => stage.presence.sees(by, message.step)).at(-1);
  const key = `planted-${stage.steps.length}`;
  stage.send({ key, by, text: planted.text, mentions: [], ...(answered && { replyTo: answered.key }) });
}

function react(stage: Stage, chance: Chance): void {
  const target = recent(stage, chance);
  if (!target) return;
  const by = chance.pick(stage.presence.present());
  const reaction = { target: target.key, emoji: chance.pick(REACTIONS), by };
  const on = !stage.reactions.some((held) => sameReaction(held, reaction));
  if (stage.presence.sees(by, target.step)) stage.change({ kind: "react", ...reaction, on });
  if (chance.once(RATES.takeBack)) takeBack(stage, chance);
}

function takeBack(stage: Stage, chance: Chance): void {
  const live = new Set(stage.standing().map((message) => message.key));
  const held = stage.reactions.filter(({ by, target }) =>
    live.has(target) && stage.presence.has(by) && stage.sees(by, target)
  );
  if (held.length > 0) stage.change({ kind: "react", ...chance.pick(held), on: false });
}

function edit(stage: Stage, chance: Chance): void {
  const target = recent(stage, chance);
  if (!target || !mayChange(stage, target.author, target)) return;
  const text = `${target.text} [edit ${target.revision + 1}]`;
  // A planted text may be as long as a message gets.
  if ([...text].length > 10_000 || new TextEncoder().encode(text).length > 32 * 1024) return;
  stage.change({
    kind: "edit",
    by: target.author,
    target: target.key,
    text,
    mentions: target.mentions,
    ...(chance.once(RATES.baseRevision) && { baseRevision: target.revision }),
  });
}

function remove(stage: Stage, owner: Nick, chance: Chance): void {
  const target = recent(stage, chance);
  if (!target) return;
  const by = chance.once(RATES.deleteByOwner) ? owner : target.author;
  if (!mayChange(stage, by, target)) return;
  stage.change({ kind: "delete", by, target: target.key, ...(by !== target.author && { reason: "off topic" }) });
}

function mayChange(stage: Stage, by: Nick, target: Standing): boolean {
  return stage.presence.has(by) && stage.presence.sees(by, target.step);
}

function recent(stage: Stage, chance: Chance): Standing | undefined {
  const last = stage.standing().slice(-RECENT);
  return last.length === 0 ? undefined : chance.pick(last);
}
