/** Drafts on their way from a call to the log: checked, offered in one bundle, each with its outcome (LOG4). @module */
import {
  type Draft,
  type Incarnation,
  type NotNow,
  type Outcome,
  parseDraft,
  type Proposal,
  type Rejection,
  shardOf,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import type { OfferStep, Storage } from "@gatz/storage/contract";
import type { UserContext } from "./context.ts";
import { malformed } from "./errors.ts";
import { hasReachedOwnStream } from "./own_stream.ts";
import { isAck, offerPaid } from "./rates/offer_paid.ts";
import { requireShard, shardExists } from "./views/seen.ts";

const DRAINING_RETRY_MS = 1_000;

/**
 * Offers what a client wrote as drafts of one stream. A draft that is no draft ends the bundle with its rejection, like every
 * rejected one: those before it are offered, those after it are not tried.
 *
 * @throws {ApiError} Malformed if the stream's shard does not exist
 */
export async function offerUnchecked(
  context: UserContext,
  { stream, drafts }: { stream: StreamId; drafts: readonly unknown[] },
): Promise<OfferedBundle> {
  const { services, session } = context;
  requireShard(services.storage, { field: "stream", id: stream });
  const proposals: Proposal[] = [];
  let refused: Rejection | null = null;
  for (const draft of drafts) {
    const parsed = checked(services.storage, draft, stream);
    if (parsed.kind === "rejected") {
      refused = parsed;
      break;
    }
    proposals.push({ ...parsed.draft, actor: session.user });
  }
  const offered = await offer(context, { stream, proposals });
  const untilRefused = offered.outcomes.length === proposals.length && offered.outcomes.every(isAck);
  return refused !== null && untilRefused ? { ...offered, outcomes: [...offered.outcomes, refused] } : offered;
}

/**
 * What offering each of these drafts by itself would be answered now.
 *
 * @throws {ApiError} Malformed if the stream's shard does not exist
 */
export async function foreseeUnchecked(
  { services: { storage }, session }: UserContext,
  { stream, drafts }: { stream: StreamId; drafts: readonly unknown[] },
): Promise<readonly (Rejection | NotNow | null)[]> {
  requireShard(storage, { field: "stream", id: stream });
  const read = drafts.map((draft) => checked(storage, draft, stream));
  const proposals = read.flatMap((one) => one.kind === "draft" ? [{ ...one.draft, actor: session.user }] : []);
  const foreseen = (proposals.length === 0 ? [] : await storage.foresee(stream, proposals)).values();
  return read.map((one) => {
    const answer = one.kind === "draft" ? foreseen.next().value! : one; // one a proposal, in their order
    return answer.kind === "accepted" ? null : answer;
  });
}

/** How the fields of a draft are called in the input that it was made from. */
export interface FieldNames {
  readonly stream: string;
  /** Before the draft's id and the fields of its body, like `first.`. */
  readonly prefix?: string;
}

/** A draft that a procedure made from its own input. */
export interface Written {
  readonly draft: Draft;
  readonly names: FieldNames;
}

/** @throws {ApiError} Malformed, before anything is offered, naming the input's field */
export async function offerWritten(
  context: UserContext,
  written: readonly [Written, ...Written[]],
): Promise<OfferedBundle> {
  const { services, session } = context;
  const [{ draft: { stream }, names }] = written;
  requireShard(services.storage, { field: names.stream, id: stream });
  const proposals = written.map(({ draft, names }): Proposal => {
    const parsed = checked(services.storage, draft, stream);
    if (parsed.kind === "draft") return { ...parsed.draft, actor: session.user };
    throw malformed(inputField(parsed.field ?? "", names), String(parsed.detail?.["problem"] ?? "malformed"));
  });
  const offered = await offer(context, { stream, proposals });
  const outcomes = offered.outcomes.map((outcome, i) => withFieldOf(outcome, written[i]?.names ?? names));
  return { ...offered, outcomes };
}

/** @throws {ApiError} as {@link offerWritten} */
export async function offerOne(context: UserContext, written: Written): Promise<Offered> {
  return onlyOne(await offerWritten(context, [written]));
}

function onlyOne({ outcomes: [outcome], ...rest }: OfferedBundle): Offered {
  if (outcome === undefined) throw new Error("storage answered a draft with no outcome");
  return { ...rest, outcome };
}

/**
 * Offers a draft of a type that no client may propose, which a procedure made once it has checked what that takes.
 * Its id's shard is its stream's; nothing of it is checked here.
 */
export async function offerMade(context: UserContext, { draft, names }: Written): Promise<Offered> {
  const proposals = [{ ...draft, actor: context.session.user }];
  const { outcome, ...rest } = onlyOne(await offer(context, { stream: draft.stream, proposals }));
  return { ...rest, outcome: withFieldOf(outcome, names) };
}

/** The answer to a draft whose outcome is known without offering it: the caller finds what it did as if it had been offered now. */
export async function answerTo(
  { services: { storage, config: { limits } }, session: { user } }: UserContext,
  { draft, outcome }: { draft: Draft; outcome: Outcome },
): Promise<Offered> {
  const acted = { user, proposals: [{ ...draft, actor: user }], outcomes: [outcome] };
  const isThere = await hasReachedOwnStream(storage, acted, { withinMs: limits.ownStreamMs });
  return { incarnation: storage.incarnation, outcome, ...(isThere ? {} : { pending: true }) };
}

interface Answered {
  readonly incarnation: Incarnation;
  /** What was accepted has not reached the caller's own stream in time: lists and feeds do not show it yet. */
  readonly pending?: true;
}

/** What a write of one event answers. */
export interface Offered extends Answered {
  readonly outcome: Outcome;
}

export interface OfferedBundle extends Answered {
  /** One a draft that was tried (LOG4). */
  readonly outcomes: readonly Outcome[];
}

async function offer(
  context: UserContext,
  offered: { stream: StreamId; proposals: readonly Proposal[] },
): Promise<OfferedBundle> {
  const { services: { storage, accounts, metrics, config: { limits } }, session: { user } } = context;
  const outcomes = offered.proposals.length === 0 ? [] : await offerToStorage(context, offered);
  if (offered.stream === user) accounts.forget(offered.stream);
  for (const outcome of outcomes) {
    metrics.count("gatz_outcomes_total", { kind: outcome.kind, code: reasonOf(outcome) });
  }
  const acted = { user, proposals: offered.proposals, outcomes };
  const isThere = await hasReachedOwnStream(storage, acted, { withinMs: limits.ownStreamMs });
  return { incarnation: storage.incarnation, outcomes, ...(isThere ? {} : { pending: true }) };
}

async function offerToStorage(
  { services: { drain, storage, rates, config }, session, refusal = null, trace }: UserContext,
  { stream, proposals }: { stream: StreamId; proposals: readonly Proposal[] },
): Promise<readonly Outcome[]> {
  if (drain.draining) return [{ kind: "not-now", reason: "Draining", retryAfterMs: DRAINING_RETRY_MS }];
  const onStep = trace && ((step: OfferStep) => trace.step(shardOf(stream), step));
  const offered = { user: session.user, stream, proposals, refusal };
  return await offerPaid({ storage, rates }, offered, { deadlineMs: config.limits.callDeadlineMs, onStep });
}

/** Of a closed union, so it may be counted by. */
function reasonOf(outcome: Outcome): string {
  if (outcome.kind === "rejected") return outcome.code;
  return outcome.kind === "not-now" ? outcome.reason : "";
}

type Checked = { kind: "draft"; draft: Draft } | Rejection;

function checked(storage: Storage, value: unknown, stream: StreamId): Checked {
  const parsed = parseDraft(value);
  if (!parsed.ok) return parsed.rejection;
  const { draft } = parsed;
  if (draft.stream !== stream) return refused("stream", "not the stream that the bundle is for");
  const lost = fieldOnNoShard(storage, draft);
  return lost === null ? { kind: "draft", draft } : refused(lost, "names a shard that does not exist");
}

function refused(field: string, problem: string): Rejection {
  return { kind: "rejected", code: "Malformed", field, detail: { problem } };
}

/** The first group or user in a draft's body whose shard this installation does not have (ID1), or null. */
function fieldOnNoShard(storage: Storage, { body }: Draft): string | null {
  for (const name of ["group", "user"] as const) {
    const id = (body as Partial<Record<typeof name, StreamId>>)[name];
    if (id !== undefined && !shardExists(storage, id)) return `body.${name}`;
  }
  for (const name of ["members", "users", "mentions"] as const) {
    const ids = (body as Partial<Record<typeof name, readonly UserId[]>>)[name] ?? [];
    const at = ids.findIndex((id) => !shardExists(storage, id));
    if (at >= 0) return `body.${name}.${at}`;
  }
  return null;
}

function withFieldOf(outcome: Outcome, names: FieldNames): Outcome {
  if (outcome.kind !== "rejected" || outcome.field === undefined) return outcome;
  return { ...outcome, field: inputField(outcome.field, names) };
}

function inputField(field: string, { stream, prefix = "" }: FieldNames): string {
  if (field === "stream") return stream;
  return prefix + (field.startsWith("body.") ? field.slice("body.".length) : field);
}
