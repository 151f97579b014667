import { unreachable } from "../asserts.ts";
import type { Decision, Facts } from "../decision.ts";
import type { Proposal, Register, UserDraft } from "../events.ts";
import { refuse } from "../refuse.ts";
import type { UserState } from "../state.ts";
import { refuseName } from "../text.ts";

/** How a handle is spelled (USR2); who has it is the directory's business. */
export const HANDLE = /^[a-z0-9_]{3,20}$/;

/** Decides on a draft to a user's own stream: registration by the user, all else by `system` (FACT2). */
export function decideUser(state: UserState | null, proposal: Proposal<UserDraft>, facts: Facts): Decision {
  switch (proposal.type) {
    case "register":
      return decideRegister(proposal, { state, facts });
    case "set-profile":
    case "set-handle":
    case "block-user":
    case "unblock-user":
    case "end-account":
      // Not judged yet: comes next.
      return refuse("Forbidden", { field: "type" });
    case "added-to":
    case "removed-from":
    case "left-group":
      if (proposal.actor !== "system") return refuse("SystemOnly", { field: "type" });
      // What it says has happened elsewhere: there is nothing to refuse.
      return state === null ? refuse("NotFound", { field: "stream" }) : { kind: "accepted", decided: {} };
    default:
      return unreachable(proposal);
  }
}

function decideRegister(
  { actor, stream, body }: Proposal<Register>,
  { state, facts }: { state: UserState | null; facts: Facts },
): Decision {
  if (actor !== stream) return refuse("SystemOnly", { field: "type" });
  if (state !== null) return refuse("AlreadyExists", { field: "stream" });
  if (!HANDLE.test(body.handle)) return refuse("NameInvalid", { field: "body.handle" });
  return refuseName(body.name, facts.limits) ?? { kind: "accepted", decided: {} };
}
