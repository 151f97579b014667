import { assert } from "./asserts.ts";
import type { StreamState } from "./state.ts";

/** A state that is known to be of one kind of stream. */
export function ofKind<K extends StreamState["kind"]>(state: StreamState, kind: K): Extract<StreamState, { kind: K }> {
  assert(state.kind === kind, `a ${kind} is no ${state.kind}`);
  // The assertion compares with a type parameter, which does not narrow.
  return state as Extract<StreamState, { kind: K }>;
}
