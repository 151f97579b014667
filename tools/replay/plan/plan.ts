/**
 * What a replay will do, in symbols: people by nick, messages and steps by key. Ids come when it is played, since they
 * name the shards that the server gave to people.
 * @module
 */

export type Nick = string;
/** Names a message within its discussion. */
export type MessageKey = string;

interface StepBase {
  /** Names the step within its discussion; a message's is its {@link MessageKey}. */
  readonly key: string;
  readonly by: Nick;
  /** The source's time of what it follows, Unix ms: goes into the ids, which nobody reads. */
  readonly at: number;
}

export interface Content {
  readonly text: string;
  readonly mentions: readonly Nick[];
}

export type Send = StepBase & Content & { readonly kind: "send"; readonly replyTo?: MessageKey };
export type Edit = StepBase & Content & {
  readonly kind: "edit";
  readonly target: MessageKey;
  readonly baseRevision?: number;
};
export type Delete = StepBase & { readonly kind: "delete"; readonly target: MessageKey; readonly reason?: string };
export type React = StepBase & {
  readonly kind: "react";
  readonly target: MessageKey;
  readonly emoji: string;
  readonly on: boolean;
};
export type MessageStep = Send | Edit | Delete | React;

/** How much history somebody who is added gets: from a message on, everything, or nothing. */
export type History = { readonly kind: "all" } | { readonly kind: "now" } | {
  readonly kind: "from";
  readonly message: MessageKey;
};
export type Add = StepBase & { readonly kind: "add"; readonly user: Nick; readonly history: History };
export type Remove = StepBase & { readonly kind: "remove"; readonly user: Nick; readonly reason: string };
export type Leave = StepBase & { readonly kind: "leave" };
export type MemberStep = Add | Remove | Leave;
/** What those do who may do more than others, and what is brought before them (DISC4, MOD1–2). */
export type RuleStep =
  & StepBase
  & (
    | { readonly kind: "set-role"; readonly user: Nick; readonly role: "moderator" | "member" }
    | { readonly kind: "pin" | "unpin" | "flag"; readonly target: MessageKey }
    | { readonly kind: "lock" | "unlock" }
    | { readonly kind: "mute" | "unmute"; readonly user: Nick }
    /** `flag`: the key of the step that flagged. */
    | { readonly kind: "resolve"; readonly flag: string }
    /** All that somebody wrote up to a message. */
    | { readonly kind: "purge"; readonly user: Nick; readonly upTo: MessageKey }
    | { readonly kind: "rename"; readonly name: string }
  );
export type Step = MessageStep | MemberStep | RuleStep;

/** Steps offered in one call: one, or what one author had waiting. */
export type Offer =
  & { readonly by: Nick }
  & (
    | { readonly kind: "single"; readonly step: Step }
    | { readonly kind: "bundle"; readonly steps: readonly MessageStep[] }
  );

export interface DiscussionPlan {
  /** Unique in its day. */
  readonly key: string;
  readonly name: string;
  readonly creator: Nick;
  /** Who is there from the start, besides the creator. */
  readonly members: readonly Nick[];
  /** Somebody who sees all of it from the first event and is there at the end. */
  readonly witness: Nick;
  /** Its first message, made together with it. */
  readonly first: Send;
  /** In this order, one at a time. */
  readonly offers: readonly Offer[];
  /** Everybody who ever was in it. */
  readonly everybody: readonly Nick[];
}

/** Somebody going out of the day's group, and so out of its discussions (FACT2), when they are over. */
export interface Departure {
  readonly kind: "removed" | "leaves";
  readonly nick: Nick;
}

/** Somebody who follows the day by the feed. */
export interface Follower {
  readonly nick: Nick;
  /** `cut` loses the connection a few times; `late` begins when half of the day is over. */
  readonly kind: "steady" | "cut" | "late";
}

/** Somebody who does not want to read somebody else (BLK1), when the day's discussions are over. */
export interface Blocking {
  readonly by: Nick;
  readonly user: Nick;
}

export interface DayPlan {
  readonly day: string;
  readonly name: string;
  readonly at: number;
  readonly owner: Nick;
  /** In the group from its start, besides the owner; and added to it in a second step. */
  readonly members: readonly Nick[];
  readonly addedLater: readonly Nick[];
  readonly discussions: readonly DiscussionPlan[];
  readonly departures: readonly Departure[];
  readonly followers: readonly Follower[];
  /** Of people whom no other day needs. */
  readonly blockings: readonly Blocking[];
  /** Reply links of the source that name no line of it. */
  readonly dangling: number;
}

export interface ReplayPlan {
  readonly seed: string;
  /** Names the chat: other name, other ids. */
  readonly source: string;
  readonly days: readonly DayPlan[];
}

/** The steps of an offer. */
export function stepsOf(offer: Offer): readonly Step[] {
  return offer.kind === "single" ? [offer.step] : offer.steps;
}

/** Everybody of a day. */
export function peopleOf(day: DayPlan): readonly Nick[] {
  return [day.owner, ...day.members, ...day.addedLater];
}
