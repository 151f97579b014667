/**
 * The pure heart of gatz: ids, events, and for each kind of stream `decide`, `evolve`, `effects` and `visible`.
 * No I/O, no clock, no randomness.
 * @module
 */
export { arrivalOf } from "./src/arrival.ts";
export * from "./src/asserts.ts";
export * from "./src/decision.ts";
export * from "./src/events.ts";
export * from "./src/feed.ts";
export * from "./src/ids.ts";
export * from "./src/limits.ts";
export * from "./src/outcome.ts";
export * from "./src/personal.ts";
export * from "./src/scalars.ts";
export * from "./src/signal.ts";
export * from "./src/state.ts";
export { judgeRight } from "./src/discussion/authority.ts";
export { RIGHTS } from "./src/discussion/rights.ts";
export { rightsTable } from "./src/discussion/rights_table.ts";
export * from "./src/can_do.ts";
export { decide } from "./src/decide.ts";
export { effects } from "./src/effects.ts";
export { EVENT_TYPES, isSystemType, SYSTEM_TYPES } from "./src/event_types.ts";
export { evolve } from "./src/evolve.ts";
export { isInForce } from "./src/discussion/authority.ts";
export { directCreateId, directGroupId } from "./src/group/direct.ts";
export { findInvite, isOpen as isInviteOpen } from "./src/group/invites.ts";
export * from "./src/group/rights.ts";
export { MessagesFold } from "./src/message/messages_fold.ts";
export { applyToMessages, foldGroup, foldStream, NOTHING } from "./src/fold.ts";
export type { Folded } from "./src/fold.ts";
export * from "./src/membership.ts";
export { evolveMessage } from "./src/message/evolve.ts";
export * from "./src/message/expunged.ts";
export * from "./src/message/blocked.ts";
export * from "./src/message/shown.ts";
export { needs } from "./src/needs.ts";
export { canonicalContent, canonicalJson } from "./src/canonical.ts";
export * from "./src/held_text.ts";
export { needsAnew, stateFor } from "./src/state_for.ts";
export * from "./src/streams.ts";
export { toEvent } from "./src/to_event.ts";
export { upcast } from "./src/upcast.ts";
export type { StoredEvent } from "./src/upcast.ts";
export { viewersHead, viewOf } from "./src/view.ts";
export { publicForm } from "./src/public_form.ts";
export { formFor, visible } from "./src/visible.ts";
export { parseDraft } from "./src/parse.ts";
export type { ParsedDraft } from "./src/parse.ts";
export * from "./src/schema/bodies.ts";
export * from "./src/schema/discussion_bodies.ts";
export * from "./src/schema/group_bodies.ts";
export * from "./src/schema/ids.ts";
export * from "./src/schema/user_bodies.ts";
export { HANDLE } from "./src/user/decide.ts";
