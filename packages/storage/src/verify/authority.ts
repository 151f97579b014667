/** Judges again, over the log, whether each event's actor might do it by the state before (LOG8). @module */
import {
  type Attachment,
  canonicalJson,
  decide,
  type Decision,
  type DomainLimits,
  type Fact,
  type Facts,
  type Ground,
  type GroupId,
  type GroupState,
  type LogEvent,
  type Needs,
  needs,
  type RejectionCode,
  type Seq,
  seq,
  type Sha256,
  type SourceFact,
  type StreamId,
  type StreamState,
  type UserFact,
  type UserId,
} from "@gatz/domain";
import type { GroupsThen } from "./elsewhere.ts";

/** Limits are settings of the time: an accepted event stays right when they change. */
const NO_LIMITS: DomainLimits = {
  textCodePoints: Infinity,
  textBytes: Infinity,
  attachments: Infinity,
  mentions: Infinity,
  emojiPerMessage: Infinity,
  members: Infinity,
  nameCodePoints: Infinity,
  reasonCodePoints: Infinity,
  descriptionCodePoints: Infinity,
  pins: Infinity,
  openFlags: Infinity,
  openFlagsPerMember: Infinity,
  purges: Infinity,
  invites: Infinity,
  blocks: Infinity,
  slowModeSeconds: Infinity,
};

/** Whether a refusal now means that the event should not be there; the others judge texts and tables that may have changed since. */
const IS_AUTHORITY: Readonly<Record<RejectionCode, boolean>> = {
  NotFound: true,
  NotMember: true,
  Forbidden: true,
  AlreadyExists: true,
  WrongShard: false,
  EventIdReused: true,
  TextTooLong: false,
  TextMalformed: false,
  EmptyMessage: false,
  TooManyAttachments: false,
  TooManyMentions: false,
  UnknownBlob: false,
  ReplyElsewhere: true,
  StaleEdit: true,
  MessageDeleted: true,
  NotYourMessage: true,
  NotAnEmoji: false,
  TooManyEmoji: false,
  NoChange: true,
  NameInvalid: false,
  ReasonTooLong: false,
  HistoryNotYours: true,
  GroupFull: false,
  NobodyAddable: true,
  OwnerMustHandOver: true,
  Superseded: true,
  Closed: true,
  Muted: true,
  Locked: true,
  Banned: true,
  NotJoinable: true,
  TooManyPins: false,
  TooManyFlags: false,
  TooManyPurges: false,
  InviteInvalid: true,
  TooManyInvites: false,
  DirectGroup: true,
  Archived: true,
  TooManyBlocks: false,
  AccountEnded: true,
  PeriodInvalid: false,
  SystemOnly: true,
  Malformed: true,
};

/** What is wrong with an event's decision. */
export interface Wrong {
  what: string;
  expected: unknown;
  found: unknown;
}

/** Null: the event was decided as it should be; or, where nothing is known of groups, it was decided on one. */
export async function judgeAgain(event: LogEvent, ground: Ground, groups: GroupsThen | null): Promise<Wrong | null> {
  const group = groupAsked(needs(event), ground.stream);
  if (groups === null && group !== undefined && basisOf(event, group) !== undefined) return null;
  const facts = await factsThen(event, ground.stream, groups);
  if ("what" in facts) return facts;
  return compare(event, decide(ground, event, facts));
}

function compare(event: LogEvent, decision: Decision): Wrong | null {
  const what = `${event.type} ${event.id} by ${event.actor}`;
  switch (decision.kind) {
    case "accepted":
      if (canonicalJson(decision.decided) === canonicalJson(event.decided)) return null;
      return { what: `what ${what} was decided on`, expected: decision.decided, found: event.decided };
    case "rejected":
      return IS_AUTHORITY[decision.code] ? { what, expected: decision, found: "accepted" } : null;
    case "not-now":
      return { what: `${what}, decided without its facts`, expected: decision, found: "accepted" };
  }
}

async function factsThen(
  event: LogEvent,
  state: StreamState | null,
  groups: GroupsThen | null,
): Promise<Facts | Wrong> {
  const asked = needs(event);
  const group = await groupThen(event, groupAsked(asked, state), groups);
  if (group !== undefined && "what" in group) return group;
  const source = sourceThen(event);
  return {
    at: event.at,
    limits: NO_LIMITS,
    ...(group === undefined ? {} : { group }),
    users: usersThen(event, [...asked.users, ...inviterAsked(asked, state)]),
    ...(asked.actor ? { actor: NOTHING_AGAINST } : {}),
    ...(source === undefined ? {} : { source }),
    blobs: new Set(blobsOf(event)),
  };
}

function groupAsked(asked: Needs, state: StreamState | null): GroupId | undefined {
  if (asked.group !== undefined) return asked.group;
  return asked.ownGroup && state?.kind === "discussion" ? state.group : undefined;
}

/** Of who acted nothing is kept: whom they block is theirs to know (BLK1), and only left somebody out. */
const NOTHING_AGAINST: Fact<UserFact> = { kind: "known", value: { seq: seq(1), ended: false, blocks: new Set() } };

function inviterAsked({ inviterOf }: Needs, state: StreamState | null): UserId[] {
  if (inviterOf === undefined || state?.kind !== "group") return [];
  return state.invites?.filter(({ id }) => id === inviterOf).map(({ by }) => by) ?? [];
}

/** That the message was there to be seen is taken from the event's word; that its discussion was told, its effect shows. */
function sourceThen(event: LogEvent): Fact<SourceFact> | undefined {
  if (event.type !== "create" || !("continues" in event.body)) return undefined;
  const { group, continues } = event.body;
  const read = continues && basisOf(event, continues.discussion);
  return read && { kind: "known", value: { seq: read, messageSeq: read, group } };
}

/** The group as it was read for the decision; undefined if it was not. */
async function groupThen(
  event: LogEvent,
  group: GroupId | undefined,
  groups: GroupsThen | null,
): Promise<Fact<GroupState> | Wrong | undefined> {
  const seq = group === undefined ? undefined : basisOf(event, group);
  if (group === undefined || seq === undefined) return undefined;
  const value = await groups?.at(group, seq) ?? null;
  if (value !== null) return { kind: "known", value };
  return { what: `the group on which ${event.type} ${event.id} was decided`, expected: { group, seq }, found: null };
}

/** Who could be added was known then; who was skipped, for what reason, is what the event says. */
function usersThen(event: LogEvent, users: readonly UserId[]): Map<UserId, Fact<UserFact>> {
  const unavailable = new Set(
    event.decided.skipped?.filter((skip) => skip.code === "Unavailable").map((skip) => skip.user),
  );
  return new Map(users.map((user): [UserId, Fact<UserFact>] => {
    const seq = basisOf(event, user);
    if (seq !== undefined) return [user, { kind: "known", value: { seq, ended: false, blocks: new Set() } }];
    return [user, { kind: unavailable.has(user) ? "unavailable" : "missing" }];
  }));
}

function basisOf(event: LogEvent, stream: StreamId): Seq | undefined {
  return event.decided.basis?.find((read) => read.stream === stream)?.seq;
}

function blobsOf(event: LogEvent): Sha256[] {
  if (event.type !== "new-message" && event.type !== "edit-message") return [];
  return event.body.attachments.map((attachment: Attachment) => attachment.sha256);
}
