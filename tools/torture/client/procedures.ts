/** Which call offers which drafts. @module */
import type { Act, Draft } from "./acts.ts";
import { zBundle, zOne } from "./answers.ts";
import { z } from "zod";

export interface OfferCall {
  readonly path: string;
  readonly input: unknown;
  readonly answer: z.ZodType<z.output<typeof zBundle>>;
}

const zSingle = zOne.transform(({ incarnation, outcome }) => ({ incarnation, outcomes: [outcome] }));

/** The call for the drafts that are left of an act. */
export function offerCall({ stream, asBundle }: Pick<Act, "stream" | "asBundle">, drafts: readonly Draft[]): OfferCall {
  const [draft, second, ...rest] = drafts;
  if (draft === undefined) throw new RangeError("nothing to offer");
  const first = second?.type === "new-message" && draft.type === "create" && rest.length === 0 ? second : undefined;
  if (asBundle || (second !== undefined && first === undefined)) return bundle(stream, drafts);
  const kind = stream.slice(0, stream.indexOf("_"));
  if (draft.type === "create") {
    const more = first === undefined ? {} : { first: { id: first.id, ...first.body } };
    const path = kind === "grp" ? "groups.create" : "discussions.create";
    const input = { id: draft.id, stream, ...draft.body, ...more };
    return { path, input, answer: kind === "grp" ? zSingle : zBundle };
  }
  const [path, field] = kind === "grp" ? [GROUPS[draft.type], "group"] : [DISCUSSIONS[draft.type], "discussion"];
  if (path === undefined) throw new Error(`no procedure for ${draft.type} to a ${kind}`);
  return { path, input: { id: draft.id, [field]: stream, ...draft.body }, answer: zSingle };
}

const GROUPS: Readonly<Record<string, string>> = {
  "add-members": "groups.addMembers",
  "remove-member": "groups.removeMember",
  "leave": "groups.leave",
};
const DISCUSSIONS: Readonly<Record<string, string>> = {
  "new-message": "messages.send",
  "edit-message": "messages.edit",
  "delete-message": "messages.delete",
  "react-to-message": "messages.react",
  "add-members": "discussions.addMembers",
  "remove-member": "discussions.removeMember",
  "leave": "discussions.leave",
};

function bundle(stream: string, drafts: readonly Draft[]): OfferCall {
  const whole = drafts.map(({ body, ...draft }) => ({
    ...draft,
    stream,
    version: 1,
    body: wholeBody(draft.type, body),
  }));
  return { path: "log.offer", input: { stream, drafts: whole }, answer: zBundle };
}

/** A draft leaves out nothing that its procedure would fill in. */
function wholeBody(type: string, body: Draft["body"]): unknown {
  return type === "new-message" || type === "edit-message" ? { mentions: [], attachments: [], ...body } : body;
}
