import { unreachable } from "../asserts.ts";
import type { Decision, Facts } from "../decision.ts";
import type { BlockUser, Proposal, Register, SetHandle, SetProfile, UnblockUser, UserDraft } from "../events.ts";
import type { Rejection } from "../outcome.ts";
import { refuse } from "../refuse.ts";
import type { UserState } from "../state.ts";
import { isStorable, refuseDescription, refuseName } from "../text.ts";

/** How a handle is spelled (USR2); who has it is the directory's business. */
export const HANDLE = /^[a-z0-9_]{3,20}$/;

/** Decides on a draft to a user's own stream: what is theirs to say by the user, all else by `system` (FACT2). */
export function decideUser(state: UserState | null, proposal: Proposal<UserDraft>, facts: Facts): Decision {
  switch (proposal.type) {
    case "register":
      return decideRegister(proposal, { state, facts });
    case "set-profile":
    case "set-handle":
    case "block-user":
    case "unblock-user":
    case "end-account":
      return decideOwn(proposal, { state, facts });
    case "added-to":
    case "removed-from":
    case "left-group":
      if (proposal.actor !== "system") return refuse("SystemOnly", { field: "type" });
      // What it says has happened elsewhere: there is nothing to refuse.
      return state === null ? refuse("NotFound", { field: "stream" }) : ACCEPTED;
    default:
      return unreachable(proposal);
  }
}

const ACCEPTED: Decision = Object.freeze({ kind: "accepted", decided: Object.freeze({}) });

function decideRegister(
  { actor, stream, body }: Proposal<Register>,
  { state, facts }: { state: UserState | null; facts: Facts },
): Decision {
  if (actor !== stream) return refuse("SystemOnly", { field: "type" });
  if (state !== null) return refuse("AlreadyExists", { field: "stream" });
  if (!HANDLE.test(body.handle)) return refuse("NameInvalid", { field: "body.handle" });
  return refuseName(body.name, facts.limits) ?? ACCEPTED;
}

type OwnDraft = Extract<
  UserDraft,
  { type: "set-profile" | "set-handle" | "block-user" | "unblock-user" | "end-account" }
>;

/** To anybody else the stream does not exist (VIS1, VIS3); after its end there is nothing more to say in it (USR4). */
function decideOwn(
  proposal: Proposal<OwnDraft>,
  { state, facts }: { state: UserState | null; facts: Facts },
): Decision {
  const { actor, stream } = proposal;
  if (state === null || (actor !== stream && actor !== "system")) return refuse("NotFound", { field: "stream" });
  if (state.endedAt !== undefined) return refuse("AccountEnded", { field: "stream" });
  switch (proposal.type) {
    case "set-profile":
      return refuseProfile(proposal.body, { state, facts }) ?? ACCEPTED;
    case "set-handle":
      return refuseHandle(proposal.body, state) ?? ACCEPTED;
    case "block-user":
      return refuseBlock(proposal.body, { state, facts }) ?? ACCEPTED;
    case "unblock-user":
      return refuseUnblock(proposal.body, state) ?? ACCEPTED;
    case "end-account":
      return ACCEPTED;
    default:
      return unreachable(proposal);
  }
}

function refuseProfile(
  { name, about, avatar }: SetProfile["body"],
  { state, facts: { limits, blobs } }: { state: UserState; facts: Facts },
): Rejection | null {
  const bad = (name === undefined ? null : refuseName(name, limits)) ?? refuseDescription(about, limits, "body.about");
  if (bad !== null) return bad;
  if (avatar && !isStorable(avatar.name)) return refuse("TextMalformed", { field: "body.avatar.name" });
  if (avatar && !blobs.has(avatar.sha256)) return refuse("UnknownBlob", { field: "body.avatar.sha256" });
  const isSame = (name === undefined || name === state.name) &&
    (about === undefined || about === (state.about ?? "")) &&
    (avatar === undefined || avatar?.sha256 === state.avatar?.sha256);
  return isSame ? refuse("NoChange", { field: "body" }) : null;
}

function refuseHandle({ handle }: SetHandle["body"], state: UserState): Rejection | null {
  if (!HANDLE.test(handle)) return refuse("NameInvalid", { field: "body.handle" });
  return handle === state.handle ? refuse("NoChange", { field: "body.handle" }) : null;
}

function refuseBlock(
  { user }: BlockUser["body"],
  { state: { id, blocks = [] }, facts: { limits } }: { state: UserState; facts: Facts },
): Rejection | null {
  const field = "body.user";
  if (user === id) return refuse("Forbidden", { field });
  if (blocks.includes(user)) return refuse("NoChange", { field });
  return blocks.length < limits.blocks ? null : refuse("TooManyBlocks", { field, detail: { limit: limits.blocks } });
}

function refuseUnblock({ user }: UnblockUser["body"], { blocks = [] }: UserState): Rejection | null {
  return blocks.includes(user) ? null : refuse("NoChange", { field: "body.user" });
}
