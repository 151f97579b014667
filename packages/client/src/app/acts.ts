/** What a user does, as drafts: each kind of stream has the acts that its events have. @module */
import type { DiscussionDraft, Draft, GroupDraft, SYSTEM_TYPES, UserDraft } from "@gatz/domain";

/** What an app may draft: some events gatz makes itself, and what begins a stream has a method of its own. */
type Acts<D extends Draft, System extends readonly string[]> = Exclude<D, { type: System[number] | "create" }>;

/** What an app may do in a discussion: the types and bodies that `OpenDiscussion.act` and `canDo` take. */
export type DiscussionActs = Acts<DiscussionDraft, typeof SYSTEM_TYPES.discussion>;
/** Likewise in a group: of `OpenGroup.act`. */
export type GroupActs = Acts<GroupDraft, typeof SYSTEM_TYPES.group>;
/** Likewise in the user's own stream, such as `set-profile` and `block-user`: of `Gatz.act`. */
export type OwnActs = Acts<UserDraft, typeof SYSTEM_TYPES.user>;

/** The body that goes with a type: what an app says. */
export type BodyOf<D extends Draft, T extends D["type"]> = Extract<D, { type: T }>["body"];

/** Of these the app may leave the body out: there is nothing to say. */
export type Saying<D extends Draft, T extends D["type"]> = Record<never, never> extends BodyOf<D, T>
  ? [body?: BodyOf<D, T>]
  : [body: BodyOf<D, T>];

/** One literal for all types: the compiler can't follow that type and body still belong together. */
export function draftOf<D extends Draft, T extends D["type"]>(
  parts: { readonly stream: D["stream"]; readonly id: D["id"]; readonly type: T; readonly body: BodyOf<D, T> },
): Extract<D, { type: T }> {
  return { ...parts, version: 1 } as unknown as Extract<D, { type: T }>;
}
