/** Roles, pins, locks, mutes, flags and purges, which the source lacks, decided by seed. @module */
import type { Nick } from "./plan.ts";
import type { Chance } from "./random.ts";
import type { Stage } from "./stage.ts";

/** How often, after one message of the source. */
const RATES = { rank: 0.02, pin: 0.03, shut: 0.015, mute: 0.015, flag: 0.02, purge: 0.006, rename: 0.01 };

/** What moderators do after a message was sent; `owner` is the discussion's. */
export function addRules(stage: Stage, owner: Nick, chance: Chance): void {
  const others = stage.presence.present().filter((nick) => nick !== owner);
  if (!stage.presence.has(owner) || others.length === 0) return;
  const other = chance.pick(others);
  if (chance.once(RATES.rank)) rank(stage, owner, other);
  if (chance.once(RATES.pin)) pin(stage, chance);
  // The source goes on: nobody is kept from it.
  if (chance.once(RATES.shut)) ["lock", "unlock"].forEach((kind) => stage.rule({ kind: kind as "lock", by: owner }));
  if (chance.once(RATES.mute)) {
    for (const kind of ["mute", "unmute"] as const) stage.rule({ kind, by: owner, user: other });
  }
  if (chance.once(RATES.flag)) flag(stage, owner, other);
  if (chance.once(RATES.purge)) purge(stage, { owner, other, chance });
  // Never the name that it has: that would be no change.
  if (chance.once(RATES.rename)) {
    stage.rule({ kind: "rename", by: other, name: `Renamed by ${other} after ${stage.steps.length}` });
  }
}

function rank(stage: Stage, owner: Nick, user: Nick): void {
  const role = stage.moderators.has(user) ? "member" : "moderator";
  stage.rule({ kind: "set-role", by: owner, user, role });
  if (role === "moderator") stage.moderators.add(user);
  else stage.moderators.delete(user);
}

/** What is pinned is unpinned by the next who pins. */
function pin(stage: Stage, chance: Chance): void {
  const by = chance.pick(stage.presence.present());
  if (stage.pinned !== undefined && stage.sees(by, stage.pinned) && stage.isLive(stage.pinned)) {
    stage.rule({ kind: "unpin", by, target: stage.pinned });
    stage.pinned = undefined;
    return;
  }
  const target = stage.standing().findLast(({ key }) => stage.sees(by, key));
  if (target === undefined || stage.pinned !== undefined) return;
  stage.rule({ kind: "pin", by, target: target.key });
  stage.pinned = target.key;
}

/** Of what somebody below the owner said; the owner has a look. */
function flag(stage: Stage, owner: Nick, by: Nick): void {
  const target = stage.standing().findLast(({ key, author }) => author !== owner && stage.sees(by, key));
  if (target === undefined || !stage.sees(owner, target.key)) return;
  const flag = stage.rule({ kind: "flag", by, target: target.key });
  stage.rule({ kind: "resolve", by: owner, flag });
}

/** By the owner, or by a moderator of whoever is none. */
function purge(stage: Stage, { owner, other, chance }: { owner: Nick; other: Nick; chance: Chance }): void {
  const moderators = [...stage.moderators].filter((nick) => nick !== other && stage.presence.has(nick));
  const by = stage.moderators.has(other) ? owner : chance.pick([owner, ...moderators]);
  const upTo = stage.standing().findLast(({ author }) => author === other);
  if (upTo === undefined) return;
  stage.rule({ kind: "purge", by, user: other, upTo: upTo.key });
  stage.purge(other, upTo.step);
}
