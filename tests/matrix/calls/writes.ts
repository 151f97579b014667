/** How what changes something is called. @module */
import type { StreamId } from "@gatz/domain";
import { freshId } from "@gatz/testing/test_server.ts";
import { type Person, planted } from "../cast.ts";
import { newEvent } from "../offer.ts";
import { homeOf, type Place, type TalkOptions } from "../place.ts";
import type { Call, Calls, OfferedDraft } from "./call.ts";
import { BEFORE, draftOf, DRAFTS, INVITE_TOKEN, ownOf } from "./drafts.ts";

type Input = (at: Place, as: Person) => object;

/** Of a draft's body, with other fields put over it. */
const of = (kindAndType: string, more: Input = () => ({})): Call => {
  const [kind, type] = kindAndType.split("/");
  const draft = (at: Place, as: Person): OfferedDraft => {
    const plain = draftOf(kindAndType, { at, as });
    return { ...plain, body: { ...plain.body, ...more(at, as) } };
  };
  return {
    ...{ kind: "mutation", writes: kindAndType, before: BEFORE[kindAndType] ?? [], draft },
    input: (at, as) => {
      const { stream, id, body } = draft(at, as);
      return { id, ...(type === "create" ? { stream } : { [kind!]: stream }), ...body };
    },
  };
};

/** Of a draft to one's own stream, which the input does not name. */
const ofOwn = (kindAndType: string, more: { body?: Input } & Pick<Call, "isApart"> = {}): Call => ({
  ...{ kind: "mutation", writes: kindAndType, before: BEFORE[kindAndType] ?? [] },
  ...(more.isApart && { isApart: true }),
  input: (at, as) => {
    const { id, body } = draftOf(kindAndType, { at, as });
    return { id, ...body, ...more.body?.(at, as) };
  },
});

const LOCKED: Call["before"] = [{ by: "owner", draft: "discussion/lock" }];
const CLOSED: Call["before"] = [{ by: "owner", draft: "discussion/close" }];
const CURATED: TalkOptions = { curatedBy: "moderators" };
const theOwner: Input = ({ cast }) => ({ user: cast.owner.user });
/** Why is said by the procedure itself. */
const purge = (more?: Input): Call => {
  const whole = of("discussion/expunge", more);
  const input: Call["input"] = (at, as) => {
    const { why: _, ...rest } = whole.input(at, as) as { why: string };
    return rest;
  };
  return { ...whole, input };
};

const INVITED: Call["before"] = [{ by: "other", draft: "group/create-invite", id: ({ invite }) => invite }];

const PROCEDURES: Calls = {
  "auth.devSignIn": { kind: "mutation", input: (_, { handle }) => ({ handle }) },

  "discussions.create": of("discussion/create"),
  "discussions.create (with a message)": {
    ...{ kind: "mutation", writes: "discussion/create" },
    input: ({ group }, as) => {
      const stream = freshId("disc", homeOf(as));
      const first = { id: freshId("msg", homeOf(as)), text: "words" };
      return { id: newEvent(stream), stream, group, name: "Talk", members: [], first };
    },
  },
  "discussions.create (going on from a message)": {
    ...of("discussion/create", ({ discussion, message }) => ({ continues: { discussion, message } })),
    exists: ({ group }) => ({ group }),
  },

  "discussions.addMembers": of("discussion/add-members"),
  "discussions.addMembers (curated by moderators)": { ...of("discussion/add-members"), talk: CURATED },
  "discussions.addMembers (while locked)": { ...of("discussion/add-members"), before: LOCKED },
  "discussions.join": of("discussion/join"),
  "discussions.join (while open)": { ...of("discussion/join"), talk: { isOpen: true } },
  "discussions.join (while open and locked)": { ...of("discussion/join"), talk: { isOpen: true }, before: LOCKED },
  "discussions.removeMember": of("discussion/remove-member"),
  "discussions.removeMember (the owner)": of("discussion/remove-member", theOwner),
  "discussions.leave": of("discussion/leave"),
  "discussions.setRole": of("discussion/set-role"),
  "discussions.setRole (handing over)": of("discussion/set-role", () => ({ role: "owner" })),
  "discussions.setRole (the owner's)": of("discussion/set-role", theOwner),
  "discussions.mute": of("discussion/mute-member"),
  "discussions.mute (the owner)": of("discussion/mute-member", theOwner),
  "discussions.unmute": of("discussion/unmute-member"),
  "discussions.ban": of("discussion/ban-member"),
  "discussions.ban (the owner)": of("discussion/ban-member", theOwner),
  "discussions.unban": of("discussion/unban-member"),

  "discussions.rename": of("discussion/rename"),
  "discussions.rename (curated by moderators)": { ...of("discussion/rename"), talk: CURATED },
  "discussions.describe": of("discussion/describe"),
  "discussions.describe (curated by moderators)": { ...of("discussion/describe"), talk: CURATED },
  "discussions.describe (who curates)": of("discussion/describe", () => ({ curatedBy: "moderators" })),
  "discussions.pin": of("discussion/pin-message"),
  "discussions.pin (curated by moderators)": { ...of("discussion/pin-message"), talk: CURATED },
  "discussions.unpin": of("discussion/unpin-message"),
  "discussions.lock": of("discussion/lock"),
  "discussions.unlock": of("discussion/unlock"),
  "discussions.close": of("discussion/close"),
  "discussions.reopen": of("discussion/reopen"),
  "discussions.setSlowMode": of("discussion/set-slow-mode"),

  "moderation.flag": of("discussion/flag-message"),
  "moderation.resolve": of("discussion/resolve-flag"),
  "moderation.resolve (on the owner's)": of("discussion/resolve-flag", ({ ownersFlag }) => ({ flag: ownersFlag })),
  "moderation.resolve (that there is not)": {
    ...of("discussion/resolve-flag", ({ discussion }) => ({ flag: newEvent(discussion) })),
    exists: (at) => at,
  },
  "moderation.purge": purge(),
  "moderation.purge (the owner's)": purge(({ cast }) => ({ author: cast.owner.user })),

  "groups.create": of("group/create"),
  "groups.direct": { kind: "mutation", input: ({ cast }) => ({ user: cast.other.user }) },
  "groups.addMembers": of("group/add-members"),
  "groups.removeMember": of("group/remove-member"),
  "groups.removeMember (the owner)": of("group/remove-member", ({ cast }) => ({ user: cast.gowner.user })),
  "groups.leave": of("group/leave"),
  "groups.setRole": of("group/set-role"),
  "groups.transferOwnership": of("group/transfer-ownership"),
  "groups.rename": of("group/rename"),
  "groups.describe": of("group/describe"),
  "groups.setAvatar": of("group/set-avatar"),
  "groups.archive": of("group/archive"),
  "groups.createInvite": of("group/create-invite"),
  "groups.revokeInvite": of("group/revoke-invite"),
  "groups.revokeInvite (their own)": {
    ...of("group/revoke-invite"),
    before: [{ by: null, draft: "group/create-invite", id: ({ invite }) => invite }],
  },
  "groups.joinByInvite": { ...of("group/join-by-invite", () => ({ token: INVITE_TOKEN })), before: INVITED },
  "groups.joinByInvite (with another token)": {
    ...of("group/join-by-invite", () => ({ token: "x".repeat(22) })),
    before: INVITED,
  },

  "reads.mark": { kind: "mutation", input: ({ discussion }) => ({ discussion, seq: 1 }) },
  "reads.markMany": { kind: "mutation", input: ({ discussion }) => ({ marks: [{ discussion, seq: 1 }] }) },
  "reads.markUnread": { kind: "mutation", input: ({ discussion }) => ({ discussion, seq: 0 }) },
  "settings.setDiscussion": { kind: "mutation", input: ({ discussion }) => ({ discussion, notify: "none" }) },

  "messages.send": of("discussion/new-message"),
  "messages.send (an answer)": of("discussion/new-message", ({ message }) => ({ replyTo: message })),
  "messages.send (while locked)": { ...of("discussion/new-message"), before: LOCKED },
  "messages.send (while closed)": { ...of("discussion/new-message"), before: CLOSED },
  "messages.edit (their own)": of("discussion/edit-message", (at, as) => ({ target: ownOf(at, as) })),
  "messages.edit (another's)": of("discussion/edit-message"),
  "messages.delete (their own)": of("discussion/delete-message", (at, as) => ({ target: ownOf(at, as) })),
  "messages.delete (their own, while closed)": {
    ...of("discussion/delete-message", (at, as) => ({ target: ownOf(at, as) })),
    before: CLOSED,
  },
  "messages.delete (another's)": of("discussion/delete-message"),
  "messages.delete (the owner's)": of("discussion/delete-message", ({ own, cast }) => (
    { target: own.get(cast.owner.user)! } // who is always there
  )),
  "messages.react": of("discussion/react-to-message"),

  "users.setProfile": ofOwn("user/set-profile"),
  "users.changeHandle": ofOwn("user/set-handle", { body: () => ({ handle: planted() }), isApart: true }),
  "users.changeHandle (another's)": ofOwn("user/set-handle"),
  "users.block": ofOwn("user/block-user"),
  "users.unblock": ofOwn("user/unblock-user", { isApart: true }),
  "users.endAccount": ofOwn("user/end-account", { isApart: true }),

  "live.typing": { kind: "mutation", input: ({ discussion }) => ({ discussion, on: true }) },
  "live.setPresence": { kind: "mutation", input: () => ({ status: "away" }) },
};

/** A draft on its own, as a replica's outbox offers it; with other fields of its body, or to another stream. */
const offerOf = (
  kindAndType: string,
  more: { body?: Input; stream?: (at: Place) => StreamId } & Pick<Call, "talk" | "isApart"> = {},
): Call => {
  const { talk, isApart, body, stream } = more;
  const draft = (at: Place, as: Person): OfferedDraft => {
    const plain = draftOf(kindAndType, { at, as });
    const to = stream?.(at);
    const elsewhere = to === undefined ? {} : { stream: to, id: newEvent(to) };
    return { ...plain, ...elsewhere, body: { ...plain.body, ...body?.(at, as) } };
  };
  return {
    ...{ kind: "mutation", writes: kindAndType, before: BEFORE[kindAndType] ?? [], draft },
    ...(talk && { talk }),
    ...(isApart && { isApart }),
    input: (at, as) => {
      const offered = draft(at, as);
      return { stream: offered.stream, drafts: [offered] };
    },
  };
};

/** Each type of draft, and some of them in other ways. */
const OFFERS: Calls = {
  ...Object.fromEntries(Object.keys(DRAFTS).map((name) => [`log.offer ${name}`, offerOf(name)])),
  "log.offer discussion/join (while open)": offerOf("discussion/join", { talk: { isOpen: true } }),
  ...Object.fromEntries(
    ["set-profile", "block-user", "unblock-user", "end-account"].map((type) => [
      `log.offer user/${type} (another's)`,
      offerOf(`user/${type}`, { stream: ({ somebody }) => somebody }),
    ]),
  ),
  "log.offer user/unblock-user": offerOf("user/unblock-user", { isApart: true }),
  "log.offer user/end-account": offerOf("user/end-account", { isApart: true }),
};

export const WRITES: Calls = { ...PROCEDURES, ...OFFERS };
