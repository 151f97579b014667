import type { Decide } from "./decision.ts";
import { decideDiscussion } from "./discussion/decide.ts";
import { decideGroup } from "./group/decide.ts";
import { ofKind } from "./of_kind.ts";
import { isDiscussionDraft, isGroupDraft } from "./streams.ts";
import { decideUser } from "./user/decide.ts";

/**
 * Accepts a proposal, refuses it for good, or says "not now". Authority is judged here and nowhere else (LOG8); a proposal by
 * `system` is never refused for authority.
 */
export const decide: Decide = (ground, proposal, facts) => {
  if (isDiscussionDraft(proposal)) {
    const state = ground.stream && ofKind(ground.stream, "discussion");
    return decideDiscussion({ state, messages: ground.messages }, proposal, facts);
  }
  if (isGroupDraft(proposal)) return decideGroup(ground.stream && ofKind(ground.stream, "group"), proposal, facts);
  return decideUser(ground.stream && ofKind(ground.stream, "user"), proposal, facts);
};
