import { canonicalJson } from "./canonical.ts";
import { without } from "./fields.ts";
import type { UserId } from "./ids.ts";
import type { ShownMessage } from "./message/shown.ts";
import type { StreamState } from "./state.ts";
import { stateFor } from "./state_for.ts";

export interface HeldAtSeq {
  readonly viewer: UserId;
  /** At the seq that is compared; the stream's own or already the viewer's form of it. */
  readonly state: StreamState;
  /** The viewer's newest at that seq, as they are shown to them under its marks, blocks aside. In any order. */
  readonly messages: readonly ShownMessage[];
}

/**
 * What a viewer holds of a stream at a seq, as one text: whoever holds the same has the same text, however they came by it. Without what a
 * state of the past does not tell: who sent when in slow mode, and which flags were open.
 */
export function heldText({ viewer, state, messages }: HeldAtSeq): string {
  const form = stateFor(viewer, state);
  const told = form.kind === "discussion" ? without(form, "lastSent", "flags") : form;
  return canonicalJson({ viewer, state: told, messages: messages.toSorted((a, b) => a.seq - b.seq) });
}
