/** The parts of the server's answers that a client reads, checked: nothing of gatz's own types is believed. @module */
import { z } from "zod";

const zHead = z.object({ stream: z.string(), seq: z.int() });

export const zOutcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["accepted", "duplicate"]), id: z.string(), seq: z.int(), at: z.int() }),
  z.object({ kind: z.literal("rejected"), code: z.string(), detail: z.unknown().optional() }),
  z.object({ kind: z.literal("not-now"), reason: z.string(), retryAfterMs: z.number() }),
  z.object({ kind: z.literal("unknown") }),
]);

export const zSignedIn = z.object({
  user: z.string(),
  token: z.string(),
  home: z.int(),
  shards: z.int(),
  incarnation: z.string(),
});
export const zOne = z.object({ incarnation: z.string(), outcome: zOutcome });
export const zBundle = z.object({ incarnation: z.string(), outcomes: z.array(zOutcome) });

const zEvent = z.object({
  stream: z.string(),
  seq: z.int(),
  id: z.string(),
  actor: z.string(),
  at: z.int(),
  body: z.unknown(),
});
const zItem = z.discriminatedUnion("type", [
  z.object({ type: z.literal("event"), event: zEvent }),
  z.object({ type: z.literal("opaque"), stream: z.string(), from: z.int(), to: z.int() }),
  z.object({ type: z.literal("joined"), stream: z.string(), visibleFrom: z.int(), head: z.int() }),
  z.object({ type: z.literal("behind"), stream: z.string(), head: z.int() }),
  z.object({ type: z.literal("live"), incarnation: z.string(), heads: z.array(zHead) }),
  z.object({ type: z.literal("beat"), heads: z.array(zHead) }),
  z.object({ type: z.literal("shard"), shard: z.int(), status: z.string() }),
  z.object({
    type: z.literal("read"),
    ...{ discussion: z.string(), epoch: z.int(), seq: z.int(), rev: z.int() },
  }),
  z.object({ type: z.literal("setting"), rev: z.int() }),
  z.object({ type: z.literal("signal"), kind: z.string(), user: z.string() }),
]);
export type Item = z.output<typeof zItem>;
export const zFrame = z.object({ items: z.array(zItem) });

export const zLogPage = z.object({ incarnation: z.string(), asOf: z.int(), items: z.array(zItem) });

const zReaction = z.object({ emoji: z.string(), count: z.int(), mine: z.boolean() });
const zBlocked = z.object({ kind: z.literal("blocked"), id: z.string(), seq: z.int(), author: z.string() });
const zShown = z.object({
  kind: z.enum(["live", "deleted"]),
  id: z.string(),
  seq: z.int(),
  author: z.string(),
  text: z.string().optional(),
  revision: z.int(),
  changedSeq: z.int(),
  reactions: z.array(zReaction).optional(),
});
export const zMessage = z.discriminatedUnion("kind", [zShown, zBlocked]);
export const zMessagePage = z.object({
  incarnation: z.string(),
  asOf: z.int(),
  messages: z.array(zMessage),
  before: z.int().nullable(),
});
const zCount = z.object({ count: z.int(), more: z.boolean() });
/** One on a shard that does not answer has no head. */
const zRow = z.object({
  id: z.string(),
  head: z.int().optional(),
  mark: z.object({ seq: z.int() }).nullish(),
  unread: zCount.nullish(),
  mentions: zCount.nullish(),
  preview: zMessage.nullish(),
});
export const zMarked = z.object({
  incarnation: z.string(),
  mark: z.object({ discussion: z.string(), epoch: z.int(), seq: z.int(), rev: z.int() }),
});
export const zDirect = z.object({ incarnation: z.string(), group: z.string(), outcome: zOutcome });
export const zList = z.object({
  incarnation: z.string(),
  asOf: z.string(),
  rows: z.array(zRow),
  unavailable: z.array(z.int()),
  next: z.string().nullable(),
});
