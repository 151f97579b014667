import type { CanDo, Draft } from "@gatz/domain";
import { type DraftsOnTop, draftsOnTop, foreseen } from "./drafts_on_top.ts";

/**
 * What offering a draft after those that wait would be answered, as far as what is held tells: for greying out what can't be done, with the
 * server's own codes. `unknown` where it does not tell.
 */
export function can(input: DraftsOnTop, draft: Draft): CanDo {
  return foreseen(draftsOnTop(input), { ...draft, actor: input.held.viewer }, input).answer;
}
