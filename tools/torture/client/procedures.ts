/** Which call offers which drafts. @module */
import { z } from "zod";
import type { Act, Draft } from "./acts/act.ts";
import { zBundle, zOne } from "./answers.ts";

export interface OfferCall {
  readonly path: string;
  readonly input: unknown;
  readonly answer: z.ZodType<z.output<typeof zBundle>>;
}

const zSingle = zOne.transform(({ incarnation, outcome }) => ({ incarnation, outcomes: [outcome] }));

/** The call for the drafts that are left of an act. */
export function offerCall(
  { stream, asBundle, token }: Pick<Act, "stream" | "asBundle" | "token">,
  drafts: readonly Draft[],
): OfferCall {
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
  if (token !== undefined) {
    return {
      path: "groups.joinByInvite",
      input: { id: draft.id, group: stream, token, ...draft.body },
      answer: zSingle,
    };
  }
  const { field, paths } = KINDS[kind] ?? {};
  const path = paths?.[draft.type];
  if (path === undefined) return bundle(stream, drafts);
  const to = field === undefined ? {} : { [field]: stream };
  return { path, input: { id: draft.id, ...to, ...draft.body }, answer: zSingle };
}

/** By kind of stream: what calls name it by, and the procedures of its events; the others go by `log.offer` alone. */
const KINDS: Readonly<Record<string, { readonly field?: string; readonly paths: Readonly<Record<string, string>> }>> = {
  disc: {
    field: "discussion",
    paths: {
      "new-message": "messages.send",
      "edit-message": "messages.edit",
      "delete-message": "messages.delete",
      "react-to-message": "messages.react",
      "rename": "discussions.rename",
      "describe": "discussions.describe",
      "add-members": "discussions.addMembers",
      "join": "discussions.join",
      "remove-member": "discussions.removeMember",
      "leave": "discussions.leave",
      "set-role": "discussions.setRole",
      "pin-message": "discussions.pin",
      "unpin-message": "discussions.unpin",
      "lock": "discussions.lock",
      "unlock": "discussions.unlock",
      "close": "discussions.close",
      "reopen": "discussions.reopen",
      "mute-member": "discussions.mute",
      "unmute-member": "discussions.unmute",
      "ban-member": "discussions.ban",
      "unban-member": "discussions.unban",
      "set-slow-mode": "discussions.setSlowMode",
      "flag-message": "moderation.flag",
      "resolve-flag": "moderation.resolve",
    },
  },
  grp: {
    field: "group",
    paths: {
      "add-members": "groups.addMembers",
      "remove-member": "groups.removeMember",
      "leave": "groups.leave",
      "set-role": "groups.setRole",
      "transfer-ownership": "groups.transferOwnership",
      "rename": "groups.rename",
      "describe": "groups.describe",
      "create-invite": "groups.createInvite",
      "revoke-invite": "groups.revokeInvite",
      "archive": "groups.archive",
    },
  },
  user: {
    paths: {
      "set-profile": "users.setProfile",
      "set-handle": "users.changeHandle",
      "block-user": "users.block",
      "unblock-user": "users.unblock",
      "end-account": "users.endAccount",
    },
  },
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
