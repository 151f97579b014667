/**
 * The shapes of what clients send: strict, transform-free, and bounded before anything is judged (SEC3). The bounds here only keep
 * inputs small; the limits of the configuration are judged by `decide`, and must lie below these.
 */
import { z } from "zod";
import type {
  AddToDiscussion,
  Attachment,
  DeleteMessage,
  EditMessage,
  HistoryFrom,
  LeaveDiscussion,
  NewMessage,
  ReactToMessage,
} from "../events.ts";
import type { Seq, Sha256, UnixMs } from "../scalars.ts";
import { zEventId, zMessageId, zUserId } from "./ids.ts";

/** The most that any configuration can allow. */
export const INPUT_BOUNDS = Object.freeze({
  /** UTF-16 units. */
  text: 65_536,
  name: 1_024,
  reason: 4_096,
  description: 8_192,
  emoji: 64,
  mime: 128,
  fileName: 255,
  thumbhash: 64,
  attachments: 64,
  mentions: 1_024,
  users: 4_096,
  attachmentBytes: 2 ** 40,
  pixels: 2 ** 20,
  inviteUses: 1_000_000,
  seconds: 2 ** 31 - 1,
});

export const zSeq = z.custom<Seq>((value) => Number.isSafeInteger(value) && (value as number) >= 1, {
  error: "not a seq: a whole number from 1",
});
export const zSha256 = z.custom<Sha256>((value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value), {
  error: "not a SHA-256: 64 lower-case hexadecimal digits",
});

/** Unix milliseconds. */
export const zUnixMs = z.custom<UnixMs>((value) => Number.isSafeInteger(value) && (value as number) >= 0, {
  error: "not Unix milliseconds: a whole number from 0",
});
export const zName = z.string().max(INPUT_BOUNDS.name);
export const zDescription = z.string().max(INPUT_BOUNDS.description);
export const zReason = z.string().max(INPUT_BOUNDS.reason);
/** Of moderators' doings (MOD1). */
export const because = { reason: zReason.optional(), flag: zEventId.optional() };
export const zHistoryFrom = z.union([z.enum(["all", "now"]), zSeq], {
  error: "not all, now or a seq",
}) satisfies z.ZodType<HistoryFrom>;

export const zUserIds = z.array(zUserId).max(INPUT_BOUNDS.users);

export const zAttachment = z.strictObject({
  sha256: zSha256,
  bytes: z.int().min(0).max(INPUT_BOUNDS.attachmentBytes),
  mime: z.string().max(INPUT_BOUNDS.mime).regex(/^[\w.+-]+\/[\w.+-]+$/),
  name: z.string().min(1).max(INPUT_BOUNDS.fileName),
  width: z.int().min(1).max(INPUT_BOUNDS.pixels).optional(),
  height: z.int().min(1).max(INPUT_BOUNDS.pixels).optional(),
  thumbhash: z.string().max(INPUT_BOUNDS.thumbhash).regex(/^[A-Za-z0-9+/_-]+=*$/).optional(),
}) satisfies z.ZodType<Attachment>;

const content = {
  text: z.string().max(INPUT_BOUNDS.text),
  mentions: z.array(zUserId).max(INPUT_BOUNDS.mentions),
  attachments: z.array(zAttachment).max(INPUT_BOUNDS.attachments),
};

export const zNewMessageBody = z.strictObject({
  ...content,
  replyTo: zMessageId.optional(),
}) satisfies z.ZodType<NewMessage["body"]>;

export const zEditMessageBody = z.strictObject({
  target: zMessageId,
  ...content,
  baseRevision: z.int().min(0).optional(),
}) satisfies z.ZodType<EditMessage["body"]>;

export const zDeleteMessageBody = z.strictObject({
  target: zMessageId,
  ...because,
}) satisfies z.ZodType<DeleteMessage["body"]>;

export const zReactToMessageBody = z.strictObject({
  target: zMessageId,
  emoji: z.string().max(INPUT_BOUNDS.emoji),
  on: z.boolean(),
}) satisfies z.ZodType<ReactToMessage["body"]>;

/** Of groups and of discussions. */
export const zAddMembersBody = z.strictObject({
  users: zUserIds.min(1),
  historyFrom: zHistoryFrom,
}) satisfies z.ZodType<AddToDiscussion["body"]>;
/** Of what needs nothing said: leaving, joining, unlocking. */
export const zEmptyBody = z.strictObject({}) satisfies z.ZodType<LeaveDiscussion["body"]>;
