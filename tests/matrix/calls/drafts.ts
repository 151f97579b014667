/** A draft of each type, as a person writes it about a place; the procedures' own inputs are made of the same bodies. @module */
import { createHash } from "node:crypto";
import type { StreamId } from "@gatz/domain";
import { freshId } from "@gatz/testing/test_server.ts";
import { type Person, planted } from "../cast.ts";
import type { Before } from "./call.ts";
import { newEvent } from "../offer.ts";
import { homeOf, type Place } from "../place.ts";

type Body = Readonly<Record<string, unknown>>;

export interface WrittenDraft {
  readonly stream: StreamId;
  readonly body: Body;
}

type Write = (at: Place, as: Person) => WrittenDraft;

const inGroup = (body: (at: Place, as: Person) => Body): Write => (at, as) => ({
  stream: at.group,
  body: body(at, as),
});
const inTalk = (body: (at: Place, as: Person) => Body): Write => (at, as) => (
  { stream: at.discussion, body: body(at, as) }
);
const inOwn = (body: (at: Place, as: Person) => Body): Write => (at, as) => ({ stream: as.user, body: body(at, as) });

const CONTENT = { text: "words", mentions: [], attachments: [] };
const AVATAR = { sha256: "0".repeat(64), bytes: 1, mime: "image/png", name: "a.png" };
const HOUR_MS = 3_600_000;
const inAnHour = () => Date.now() + HOUR_MS;

/** A message of the person's own, or the other's for who never wrote one. */
export const ownOf = ({ own, message }: Place, { user }: Person) => own.get(user) ?? message;

/** What whoever is invited is given. */
export const INVITE_TOKEN = "t".repeat(22);

const GROUP: Readonly<Record<string, Write>> = {
  "create": (_, as) => ({ stream: freshId("grp", homeOf(as)), body: { name: "Group", members: [] } }),
  "rename": inGroup(() => ({ name: planted() })),
  "describe": inGroup(() => ({ description: planted() })),
  "set-avatar": inGroup(() => ({ avatar: AVATAR })),
  "add-members": inGroup(({ cast }) => ({ users: [cast.guest.user], historyFrom: "now" })),
  "remove-member": inGroup(({ cast }) => ({ user: cast.other.user })),
  "leave": inGroup(() => ({})),
  "set-role": inGroup(({ cast }) => ({ user: cast.other.user, role: "moderator" })),
  "transfer-ownership": inGroup(({ cast }) => ({ to: cast.other.user })),
  "create-invite": inGroup(() => ({ hash: createHash("sha256").update(INVITE_TOKEN).digest("hex") })),
  "revoke-invite": inGroup(({ invite }) => ({ invite })),
  "join-by-invite": inGroup(({ invite }) => ({ invite })),
  "discussion-open": inGroup(({ discussion }) => ({ discussion, name: "Talk", size: 1, until: inAnHour() })),
  "archive": inGroup(() => ({})),
};

const DISCUSSION: Readonly<Record<string, Write>> = {
  "create": ({ group }, as) => (
    { stream: freshId("disc", homeOf(as)), body: { group, name: "Talk", members: [] } }
  ),
  "rename": inTalk(() => ({ name: planted() })),
  "describe": inTalk(() => ({ description: planted() })),
  "add-members": inTalk(({ cast }) => ({ users: [cast.newcomer.user], historyFrom: "now" })),
  "join": inTalk(() => ({})),
  "remove-member": inTalk(({ cast }) => ({ user: cast.other.user })),
  "leave": inTalk(() => ({})),
  "set-role": inTalk(({ cast }) => ({ user: cast.other.user, role: "moderator" })),
  "pin-message": inTalk(({ message }) => ({ target: message })),
  "unpin-message": inTalk(({ message }) => ({ target: message })),
  "lock": inTalk(() => ({})),
  "unlock": inTalk(() => ({})),
  "close": inTalk(() => ({})),
  "reopen": inTalk(() => ({})),
  "mute-member": inTalk(({ cast }) => ({ user: cast.other.user })),
  "unmute-member": inTalk(({ cast }) => ({ user: cast.other.user })),
  "ban-member": inTalk(({ cast }) => ({ user: cast.other.user })),
  "unban-member": inTalk(({ cast }) => ({ user: cast.other.user })),
  "set-slow-mode": inTalk(() => ({ seconds: 60 })),
  "flag-message": inTalk(({ message }) => ({ target: message })),
  "resolve-flag": inTalk(({ flag }) => ({ flag, verdict: "upheld" })),
  "expunge": inTalk(({ cast }) => ({ author: cast.other.user, upToSeq: 2, why: "purge" })),
  "continued": inTalk(({ message, discussion }) => ({ target: message, discussion })),
  "new-message": inTalk(() => CONTENT),
  "edit-message": inTalk(({ message }) => ({ target: message, ...CONTENT })),
  "delete-message": inTalk(({ message }) => ({ target: message })),
  "react-to-message": inTalk(({ message }) => ({ target: message, emoji: "👍", on: true })),
};

const USER: Readonly<Record<string, Write>> = {
  "register": inOwn(({ cast }) => ({ handle: cast.guest.handle, name: "Name" })),
  "set-profile": inOwn(() => ({ about: "Words about oneself" })),
  "set-handle": inOwn(({ cast }) => ({ handle: cast.guest.handle })),
  "block-user": inOwn(({ cast }) => ({ user: cast.bystander.user })),
  "unblock-user": inOwn(({ cast }) => ({ user: cast.bystander.user })),
  "end-account": inOwn(() => ({})),
  "added-to": inOwn(({ discussion, group, cast }) => (
    { stream: discussion, seq: 1, group, groupSeq: 1, by: cast.owner.user }
  )),
  "removed-from": inOwn(({ discussion }) => ({ stream: discussion, seq: 1 })),
  "left-group": inOwn(({ group }) => ({ group, groupSeq: 1 })),
};

/** What has to have happened, for a type to be possible at all. */
export const BEFORE: Readonly<Record<string, readonly Before[]>> = {
  "group/revoke-invite": [{ by: "gowner", draft: "group/create-invite", id: ({ invite }) => invite }],
  "discussion/unpin-message": [{ by: "owner", draft: "discussion/pin-message" }],
  "discussion/unlock": [{ by: "owner", draft: "discussion/lock" }],
  "discussion/reopen": [{ by: "owner", draft: "discussion/close" }],
  "discussion/unmute-member": [{ by: "owner", draft: "discussion/mute-member" }],
  "discussion/unban-member": [{ by: "owner", draft: "discussion/ban-member" }],
  "discussion/resolve-flag": [{ by: "owner", draft: "discussion/flag-message", id: ({ flag }) => flag }],
  "user/unblock-user": [{ by: null, draft: "user/block-user" }],
};

/** What everybody can do once more in the same place: it adds something of their own, or puts new words for others. */
export const REPEATABLE: ReadonlySet<string> = new Set([
  ...["group/create", "group/rename", "group/describe", "group/create-invite"],
  ...["discussion/create", "discussion/rename", "discussion/describe", "discussion/flag-message"],
  ...["discussion/new-message", "discussion/edit-message", "discussion/react-to-message"],
  ...["user/set-profile", "user/block-user", "user/end-account"],
]);

const named = (kind: string, writes: Readonly<Record<string, Write>>) =>
  Object.entries(writes).map(([type, write]): [string, Write] => [`${kind}/${type}`, write]);

/** By kind of stream and type. */
export const DRAFTS: Readonly<Record<string, Write>> = Object.fromEntries([
  ...named("group", GROUP),
  ...named("discussion", DISCUSSION),
  ...named("user", USER),
]);

/** The whole draft, with a new id. */
export function draftOf(kindAndType: string, { at, as }: { at: Place; as: Person }) {
  const write = DRAFTS[kindAndType];
  const type = kindAndType.split("/")[1];
  if (write === undefined || type === undefined) throw new Error(`no draft of ${kindAndType} is written`);
  const { stream, body } = write(at, as);
  return { stream, id: newId(type, stream), type, version: 1 as const, body };
}

function newId(type: string, stream: StreamId) {
  const event = newEvent(stream);
  return type === "new-message" ? event.replace("evt_", "msg_") : event;
}
