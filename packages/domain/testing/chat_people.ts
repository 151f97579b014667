/** What people of a random chat do with their groups and their own accounts (GRP1–3, BLK1, USR4). */
import { unreachable } from "../src/asserts.ts";
import type { Proposal } from "../src/events.ts";
import type { GroupId, UserId } from "../src/ids.ts";
import { membersNow, roleOf } from "../src/membership.ts";
import { unixMs } from "../src/scalars.ts";
import { attachment, blockUser, endAccount, unblockUser } from "./drafts.ts";
import * as draft from "./group_drafts.ts";
import { eventId } from "./ids.ts";
import type { World } from "./world.ts";

/** The kinds of move, and how often each comes beside the others of a chat. */
export const PEOPLE_KINDS = {
  "group-settings": 3,
  "group-roles": 3,
  "invite": 5,
  "direct": 1,
  "block": 3,
  "end": 2,
} as const;
export type PeopleKind = keyof typeof PEOPLE_KINDS;

export interface PeopleMove {
  readonly kind: PeopleKind;
  readonly actor: number;
  readonly other: number;
  readonly pick: number;
}

interface Place {
  readonly world: World;
  readonly group: GroupId;
  readonly people: readonly UserId[];
}

function at<T>(list: readonly T[], n: number): T | undefined {
  return list[n % Math.max(list.length, 1)];
}

/** Mostly one of the members. */
function insider({ actor }: PeopleMove, { world, group, people }: Place): UserId {
  const inside = membersNow(world.group(group));
  return (actor % 10 === 0 ? undefined : at(inside, actor)) ?? at(people, actor)!;
}

/** Mostly who may: the owner or a moderator. */
function moderator(move: PeopleMove, { world, group, people }: Place): UserId {
  const state = world.group(group);
  const able = membersNow(state).filter((user) => roleOf(state, user) !== "member");
  return (move.actor % 5 === 0 ? undefined : at(able, move.actor)) ?? at(people, move.actor)!;
}

export function peopleOf(move: PeopleMove, place: Place): Proposal {
  const { people } = place;
  const user = at(people, move.actor)!;
  switch (move.kind) {
    case "group-settings":
      return settingsOf(move, place);
    case "group-roles":
      return rolesOf(move, place);
    case "invite":
      return inviteOf(move, place);
    case "direct":
      return draft.createDirect(user, at(people.filter((one) => one !== user), move.other)!);
    case "block":
      return blockOf(move, place);
    case "end":
      // Mostly of the same one, so that there are people left to go on.
      return endAccount(move.pick % 4 === 0 ? user : people.at(-1)!);
    default:
      return unreachable(move.kind);
  }
}

function settingsOf(move: PeopleMove, place: Place): Proposal {
  const { group } = place;
  const actor = insider(move, place);
  switch (move.pick % 8) {
    case 0:
    case 1:
      return draft.describeGroup(actor, group, at(["", "What for"], move.other)!);
    case 2:
    case 3:
      return draft.setGroupAvatar(actor, group, at([attachment(), null], move.other)!);
    case 4:
      // Rarely, since little happens in a group afterwards.
      return move.other % 3 === 0
        ? draft.archiveGroup(moderator(move, place), group)
        : draft.renameGroup(actor, group, "Once more");
    default:
      return draft.renameGroup(actor, group, `Name ${move.other % 3}`);
  }
}

function rolesOf(move: PeopleMove, place: Place): Proposal {
  const { world, group, people } = place;
  const boss = move.actor % 4 === 0 ? insider(move, place) : world.group(group).owner ?? people[0]!;
  const user = at(people, move.other)!;
  if (move.pick % 4 === 0) return draft.transferOwnership(boss, group, user);
  const role = at(["moderator", "moderator", "member"] as const, move.pick)!;
  return draft.setGroupRole(boss, group, { user, role });
}

function inviteOf(move: PeopleMove, place: Place): Proposal {
  const { world, group, people } = place;
  const known = at(world.group(group).invites ?? [], move.other)?.id;
  switch (move.pick % 5) {
    case 0:
      return draft.revokeInvite(moderator(move, place), group, known ?? eventId(7_777));
    case 1:
      return draft.createInvite(insider(move, place), group, { maxUses: 1 + move.other % 2 });
    case 2:
      // Soon, as worlds go: each event takes a millisecond.
      return draft.createInvite(insider(move, place), group, { expiresAt: unixMs(world.now + 1 + move.other % 12) });
    default: {
      const inside = membersNow(world.group(group));
      const joiner = at(people.filter((user) => !inside.includes(user)), move.actor) ?? at(people, move.actor)!;
      return known === undefined
        ? draft.createInvite(insider(move, place), group)
        : draft.joinByInvite(joiner, group, known);
    }
  }
}

/** Whom one blocks one lets go again, or little more would come together. */
function blockOf(move: PeopleMove, { world, people }: Place): Proposal {
  const user = at(people, move.actor)!;
  const blocked = at(world.user(user).blocks ?? [], move.other);
  return blocked !== undefined && move.pick % 3 !== 0
    ? unblockUser(user, blocked)
    : blockUser(user, at(people, move.other)!);
}
