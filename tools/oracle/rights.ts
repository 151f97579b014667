/** Why something that is in the log should not have been accepted, by what was before it (DISC4, MSG2–5, GRP1–3, USR4). @module */
import { added, type PlainEvent, type Role } from "./event.ts";
import type { PlainGroup } from "./group.ts";
import type { PlainPerson } from "./person.ts";
import type { Roster } from "./roster.ts";
import type { PlainTalk } from "./talk.ts";

type Least = "member" | "curator" | "moderator" | "owner";

/** Who may do what in a discussion, and what keeps them from it. `over`: only those below one's own role. */
const IN_TALK: Readonly<Record<string, readonly [least: Least, hindered: string, over?: "over"]>> = {
  "new-message": ["member", "closed locked muted slowed"],
  "edit-message": ["member", "closed locked muted"],
  "react-to-message": ["member", "closed locked muted"],
  "flag-message": ["member", ""],
  "leave": ["member", ""],
  "rename": ["curator", "closed locked muted"],
  "describe": ["curator", "closed locked muted"],
  "pin-message": ["curator", "closed locked muted"],
  "unpin-message": ["curator", "closed locked muted"],
  "add-members": ["curator", "closed locked"],
  "remove-member": ["moderator", "", "over"],
  "mute-member": ["moderator", "", "over"],
  "unmute-member": ["moderator", "", "over"],
  "ban-member": ["moderator", "", "over"],
  "unban-member": ["moderator", "", "over"],
  "expunge": ["moderator", "", "over"],
  "resolve-flag": ["moderator", "", "over"],
  "lock": ["moderator", ""],
  "unlock": ["moderator", ""],
  "close": ["moderator", ""],
  "reopen": ["moderator", ""],
  "set-slow-mode": ["moderator", ""],
  "set-role": ["owner", "", "over"],
};
const OWN_DELETION = ["member", "closed"] as const;
const OTHERS_DELETION = ["moderator", "", "over"] as const;

/** @param group the talk's group as it was read for the decision, if it was */
export function wrongInTalk(event: PlainEvent, talk: PlainTalk, group: PlainGroup | null): string | null {
  const { type, actor, seq } = event;
  if (type === "create") return seq === 1 ? wrongInBeginning(event, group) : "in a discussion that exists";
  if (type === "join") return wrongInJoining(event, talk, group);
  if (!talk.roster.has(actor)) return "who is no member";
  const [least, hindered, over] = rightFor(event, talk) ?? ["owner", ""];
  const rank = rankOf(event, talk, group);
  const needed = least === "curator" ? (talk.isCurated ? 1 : 0) : { member: 0, moderator: 1, owner: 2 }[least];
  if (rank < needed) return `who may not do what needs a ${least}`;
  if (over !== undefined && rank <= RANKS[talk.roster.roleOf(concerned(event, talk)) ?? "member"]) {
    return "of somebody who is not below them";
  }
  return hindrance(event, talk, hindered.split(" ")) ?? wrongInTarget(event, talk) ?? wrongInPeople(event, talk, group);
}

const RANKS: Readonly<Record<Role, number>> = { owner: 2, moderator: 1, member: 0 };

function rightFor({ type, actor, body }: PlainEvent, { messages }: PlainTalk) {
  if (type !== "delete-message") return IN_TALK[type];
  return messages.get(body.target ?? "")?.author === actor ? OWN_DELETION : OTHERS_DELETION;
}

/** Who moderates the group is a moderator here, if that was needed and said. */
function rankOf({ actor, decided }: PlainEvent, talk: PlainTalk, group: PlainGroup | null): number {
  const own = RANKS[talk.roster.roleOf(actor) ?? "member"];
  const inGroup = group?.roster.roleOf(actor);
  return decided.right !== undefined && decided.right === `group-${inGroup}` ? Math.max(own, 1) : own;
}

/** Whom something is done to. */
function concerned({ body }: PlainEvent, { messages, flags }: PlainTalk): string {
  const about = body.target ?? flags.get(body.flag ?? "") ?? "";
  return body.user ?? body.author ?? messages.get(about)?.author ?? "";
}

function hindrance({ actor, at }: PlainEvent, talk: PlainTalk, hindered: readonly string[]): string | null {
  if (hindered.includes("closed") && talk.isClosed) return "while it is closed";
  if (hindered.includes("locked") && talk.isLocked) return "while it is locked";
  if (hindered.includes("muted") && talk.isMuted(actor, at)) return "who is muted";
  const { slow, lastSent, roster } = talk;
  if (!hindered.includes("slowed") || slow === null || slow.until <= at || roster.moderates(actor)) return null;
  return at - (lastSent.get(actor) ?? -Infinity) < slow.seconds * 1_000 ? "too soon for slow mode" : null;
}

function wrongInTarget({ type, actor, body }: PlainEvent, talk: PlainTalk): string | null {
  if (body.target === undefined) return null;
  const target = talk.messages.get(body.target);
  if (target === undefined) return "of a message that does not exist";
  if (!target.isLive && type !== "unpin-message") return "of a deleted message";
  if (type === "edit-message" && target.author !== actor) return "of somebody else's message";
  const changesNothing = {
    "react-to-message": target.reactions.has(`${body.emoji} ${actor}`) === body.on,
    "pin-message": talk.pins.has(target.id),
    "unpin-message": !talk.pins.has(target.id),
  }[type];
  return changesNothing === true ? "which changes nothing" : null;
}

function wrongInPeople(event: PlainEvent, talk: PlainTalk, group: PlainGroup | null): string | null {
  const { type, at, body } = event;
  const { user = "", flag = "" } = body;
  const isStranger = !talk.roster.has(user);
  const wrong: Readonly<Record<string, boolean>> = {
    "remove-member": isStranger,
    "mute-member": isStranger,
    "set-role": isStranger || talk.roster.roleOf(user) === body.role,
    "unmute-member": !talk.mutes.has(user),
    "unban-member": !talk.bans.has(user),
    "resolve-flag": !talk.flags.has(flag),
    "lock": talk.isLocked,
    "unlock": !talk.isLocked,
    "close": talk.isClosed,
    "reopen": !talk.isClosed,
  };
  if (wrong[type] === true) return "which changes nothing";
  if (type !== "add-members") return null;
  if (added(event).some((one) => talk.isBanned(one, at))) return "of somebody who is banned";
  return added(event).every((one) => group?.roster.has(one)) ? null : "of somebody who is not in the group";
}

function wrongInBeginning(event: PlainEvent, group: PlainGroup | null): string | null {
  if (group === null) return "without its group";
  if (group.isArchived) return "in an archived group";
  return added(event).every((user) => group.roster.has(user)) ? null : "with somebody who is not in the group";
}

function wrongInJoining({ actor, at }: PlainEvent, talk: PlainTalk, group: PlainGroup | null): string | null {
  if (talk.roster.has(actor)) return "who is a member";
  if (at >= talk.joinUntil) return "when the window is shut";
  if (talk.isBanned(actor, at)) return "who is banned";
  if (talk.isClosed || talk.isLocked) return "while it is closed or locked";
  return group?.roster.has(actor) === true ? null : "who is not in the group";
}

/** Who may do what in a group, and in which kinds of group nobody may. */
const IN_GROUP: Readonly<Record<string, readonly [least: Role, notIn: string, over?: "over"]>> = {
  "rename": ["member", "archived"],
  "describe": ["member", "archived"],
  "set-avatar": ["member", "archived"],
  "add-members": ["member", "direct archived"],
  "create-invite": ["member", "direct archived"],
  "leave": ["member", "direct"],
  "remove-member": ["moderator", "direct", "over"],
  "set-role": ["owner", "direct"],
  "transfer-ownership": ["owner", "direct"],
  "archive": ["owner", "direct archived"],
};

export function wrongInGroup(event: PlainEvent, group: PlainGroup): string | null {
  const { type, actor, at, seq, body } = event;
  const { roster, invites } = group;
  if (type === "create") return seq === 1 ? null : "of a group that exists";
  if (type === "join-by-invite") {
    if (roster.has(actor)) return "who is a member";
    return group.isGood(body.invite ?? "", at) ? null : "by an invite that is good for nothing";
  }
  if (!roster.has(actor)) return "who is no member";
  const rank = RANKS[roster.roleOf(actor) ?? "member"];
  if (type === "revoke-invite") {
    const invite = invites.get(body.invite ?? "");
    return invite !== undefined && (rank > 0 || invite.by === actor) ? null : "of an invite that is not theirs";
  }
  const [least, notIn, over] = IN_GROUP[type] ?? ["owner", ""];
  if (rank < RANKS[least]) return `who may not do what needs a ${least}`;
  if (group.isDirect && notIn.includes("direct")) return "in a direct group";
  if (group.isArchived && notIn.includes("archived")) return "in an archived group";
  if (type === "leave" && rank === 2 && roster.members.length > 1) return "who has not handed over";
  if (over !== undefined && rank <= RANKS[roster.roleOf(body.user ?? "") ?? "member"]) {
    return "of somebody who is not below them";
  }
  return isStranger(roster, body) ? "of who is no member" : null;
}

function isStranger(roster: Roster, { user, to }: PlainEvent["body"]): boolean {
  return [user, to].some((one) => one !== undefined && !roster.has(one));
}

export function wrongInPerson({ stream, actor, type }: PlainEvent, person: PlainPerson): string | null {
  if (actor !== stream) return "in somebody else's stream";
  return person.isEnded && type !== "register" ? "after the account's end" : null;
}
