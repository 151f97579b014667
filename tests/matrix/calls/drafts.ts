/** A draft of each type, as a person writes it about a place; the procedures' own inputs are made of the same bodies. @module */
import type { StreamId } from "@gatz/domain";
import { freshId } from "@gatz/testing/test_server.ts";
import type { Person } from "../cast.ts";
import { homeOf, newEvent, type Place } from "../place.ts";

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

export const CONTENT = { text: "words", mentions: [], attachments: [] };

/** A message of the person's own, or the other's for who never wrote one. */
export const ownOf = ({ own, message }: Place, { user }: Person) => own.get(user) ?? message;

/** By kind of stream and type. */
export const DRAFTS: Readonly<Record<string, Write>> = {
  "group/create": (_, as) => ({ stream: freshId("grp", homeOf(as)), body: { name: "Group", members: [] } }),
  "group/add-members": inGroup(({ cast }) => ({ users: [cast.guest.user], historyFrom: "now" })),
  "group/remove-member": inGroup(({ cast }) => ({ user: cast.other.user })),
  "group/leave": inGroup(() => ({})),

  "discussion/create": ({ group }, as) => (
    { stream: freshId("disc", homeOf(as)), body: { group, name: "Talk", members: [] } }
  ),
  "discussion/add-members": inTalk(({ cast }) => ({ users: [cast.newcomer.user], historyFrom: "now" })),
  "discussion/remove-member": inTalk(({ cast }) => ({ user: cast.other.user })),
  "discussion/leave": inTalk(() => ({})),
  "discussion/new-message": inTalk(() => CONTENT),
  "discussion/edit-message": inTalk(({ message }) => ({ target: message, ...CONTENT })),
  "discussion/delete-message": inTalk(({ message }) => ({ target: message })),
  "discussion/react-to-message": inTalk(({ message }) => ({ target: message, emoji: "👍", on: true })),

  "user/register": inOwn(({ cast }) => ({ handle: cast.guest.handle, name: "Name" })),
  "user/added-to": inOwn(({ discussion, group, cast }) => (
    { stream: discussion, seq: 1, group, groupSeq: 1, by: cast.owner.user }
  )),
  "user/removed-from": inOwn(({ discussion }) => ({ stream: discussion, seq: 1 })),
  "user/left-group": inOwn(({ group }) => ({ group, groupSeq: 1 })),
};

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
