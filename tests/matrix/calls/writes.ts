/** How what changes something is called. @module */
import { freshId } from "@gatz/testing/test_server.ts";
import type { Person } from "../cast.ts";
import { homeOf, newEvent, type Place } from "../place.ts";
import type { Call, Calls } from "./call.ts";
import { draftOf, DRAFTS, ownOf } from "./drafts.ts";

type Input = (at: Place, as: Person) => object;

/** Of a draft's body, with other fields put over it. */
const of = (kindAndType: string, more: Input = () => ({})): Call => ({
  kind: "mutation",
  input: (at, as) => {
    const { stream, id, body } = draftOf(kindAndType, { at, as });
    const [kind, type] = kindAndType.split("/");
    const where = type === "create" ? { stream } : { [kind!]: stream };
    return { id, ...where, ...body, ...more(at, as) };
  },
});

const PROCEDURES: Calls = {
  "auth.devSignIn": { kind: "mutation", input: (_, { handle }) => ({ handle }) },

  "discussions.create": of("discussion/create"),
  "discussions.create (with a message)": {
    kind: "mutation",
    input: ({ group }, as) => {
      const stream = freshId("disc", homeOf(as));
      const first = { id: freshId("msg", homeOf(as)), text: "words" };
      return { id: newEvent(stream), stream, group, name: "Talk", members: [], first };
    },
  },
  "discussions.addMembers": of("discussion/add-members"),
  "discussions.removeMember": of("discussion/remove-member"),
  "discussions.removeMember (the owner)": of("discussion/remove-member", ({ cast }) => ({ user: cast.owner.user })),
  "discussions.leave": of("discussion/leave"),

  "groups.create": of("group/create"),
  "groups.addMembers": of("group/add-members"),
  "groups.removeMember": of("group/remove-member"),
  "groups.removeMember (the owner)": of("group/remove-member", ({ cast }) => ({ user: cast.gowner.user })),
  "groups.leave": of("group/leave"),

  "messages.send": of("discussion/new-message"),
  "messages.send (an answer)": of("discussion/new-message", ({ message }) => ({ replyTo: message })),
  "messages.edit (their own)": of("discussion/edit-message", (at, as) => ({ target: ownOf(at, as) })),
  "messages.edit (another's)": of("discussion/edit-message"),
  "messages.delete (their own)": of("discussion/delete-message", (at, as) => ({ target: ownOf(at, as) })),
  "messages.delete (another's)": of("discussion/delete-message"),
  "messages.react": of("discussion/react-to-message"),
};

/** Each type of draft on its own, as a replica's outbox offers it. */
const OFFERS: Calls = Object.fromEntries(
  Object.keys(DRAFTS).map((kindAndType): [string, Call] => [`log.offer ${kindAndType}`, {
    kind: "mutation",
    input: (at, as) => {
      const draft = draftOf(kindAndType, { at, as });
      return { stream: draft.stream, drafts: [draft] };
    },
  }]),
);

export const WRITES: Calls = { ...PROCEDURES, ...OFFERS };
