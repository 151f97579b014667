/** What somebody may try next, by how often. @module */
import type { Act, Actor, Choice } from "./acts/act.ts";
import * as gathering from "./acts/gathering.ts";
import * as moderating from "./acts/moderating.ts";
import * as oneself from "./acts/oneself.ts";
import * as talking from "./acts/talking.ts";

const CHOICES: readonly (readonly [weight: number, choose: Choice])[] = [
  [520, talking.send],
  [60, talking.talkInOneGo],
  [80, talking.edit],
  [40, talking.remove],
  [120, talking.react],
  [30, gathering.createDiscussion],
  [20, gathering.createGroup],
  [40, gathering.addToDiscussion],
  [10, gathering.join],
  [20, gathering.removeFromDiscussion],
  [20, gathering.leaveDiscussion],
  [25, gathering.rankInDiscussion],
  [20, gathering.addToGroup],
  [10, gathering.removeFromGroup],
  [10, gathering.leaveGroup],
  [10, gathering.rankInGroup],
  [5, gathering.nameGroup],
  [8, gathering.invite],
  [8, gathering.joinByInvite],
  [3, gathering.revokeInvite],
  [15, moderating.name],
  [15, moderating.pin],
  [15, moderating.shut],
  [20, moderating.mute],
  [8, moderating.ban],
  [8, moderating.unban],
  [6, moderating.slowDown],
  [15, moderating.flag],
  [12, moderating.resolve],
  [8, moderating.purge],
  [8, oneself.setProfile],
  [8, oneself.changeHandle],
  [12, oneself.block],
  [1, oneself.endAccount],
];
const TOTAL = CHOICES.reduce((sum, [weight]) => sum + weight, 0);

/** Something that makes sense as far as is known. */
export function chooseAct(actor: Actor): Act {
  let place = actor.chance.below(TOTAL);
  const found = CHOICES.find(([weight]) => (place -= weight) < 0);
  return found?.[1](actor) ?? talking.send(actor) ?? gathering.createDiscussion(actor) ?? gathering.createGroup(actor);
}
