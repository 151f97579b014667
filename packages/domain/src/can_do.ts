/** What a draft would be answered, as far as a client can tell: the server's own answers and codes (DISC4). @module */
import { decide } from "./decide.ts";
import { type Decision, type Facts, type UserFact, userFact } from "./decision.ts";
import { isSystemType } from "./event_types.ts";
import type { Decided, Proposal } from "./events.ts";
import type { MessageId, UserId } from "./ids.ts";
import type { DomainLimits } from "./limits.ts";
import { isMember } from "./membership.ts";
import { needs } from "./needs.ts";
import type { NotNow, Rejection } from "./outcome.ts";
import { refuse } from "./refuse.ts";
import { type Seq, type UnixMs } from "./scalars.ts";
import type { GroupState, MessageState, StreamState, UserState } from "./state.ts";
import { restsOnUnseen } from "./unseen.ts";

/** What a client holds: what it was answered, and folded on from the events that its user sees. */
export interface Held {
  /**
   * The draft's stream, in the user's form (`stateFor`), or folded from its beginning by who sees all of it (`seesAll`): what was hidden
   * while one was away is not in what is folded. Null: nothing of it is seen. Undefined: not known.
   */
  readonly stream: StreamState | null | undefined;
  readonly messages: ReadonlyMap<MessageId, MessageState>;
  /** The group that the draft, or its discussion, is in. */
  readonly group?: GroupState | undefined;
  /** The user's own stream. */
  readonly self?: UserState | undefined;
}

/** `unknown`: it depends on what the client does not hold; `log.canOffer` can tell. */
export type CanDo =
  | { readonly kind: "accepted" | "unknown" }
  | Rejection
  | (Pick<NotNow, "reason"> & Partial<NotNow> & { readonly kind: "not-now" });

const UNKNOWN: CanDo = Object.freeze({ kind: "unknown" });

interface Circumstances {
  readonly at: UnixMs;
  readonly limits: DomainLimits;
}

/** What a draft would be answered, and what would be decided with it if it is accepted; null if as far as is known it can't be. */
export interface Foreseen {
  readonly answer: CanDo;
  readonly decided: Decided | null;
}

/**
 * For greying out what can't be done, with the reason. Never another answer than the server's on the same state: `unknown` instead. Rates,
 * where a stream may begin (ID4) and ids that were used before are not judged here.
 */
export function canDo(held: Held, proposal: Proposal, circumstances: Circumstances): CanDo {
  return foresee(held, proposal, circumstances).answer;
}

/** {@link canDo}, for who shows the draft as if it had been accepted. */
export function foresee(held: Held, proposal: Proposal, circumstances: Circumstances): Foreseen {
  const { stream, messages } = held;
  if (isSystemType(proposal)) return { answer: refuse("SystemOnly", { field: "type" }), decided: null };
  if (stream === undefined || isJoining(proposal, stream)) return { answer: UNKNOWN, decided: null };
  // What is not held of other people is as good as it can be, and as bad: where that makes no difference, it is known.
  const [best, worst] = (["best", "worst"] as const).map((of) =>
    decide({ stream, messages }, proposal, { ...factsAt(of, held, proposal), ...circumstances })
  ) as [Decision, Decision];
  const decided = best.kind === "accepted" ? best.decided : null;
  const isKnown = best.kind === worst.kind && codeOf(best) === codeOf(worst) &&
    !restsOnUnseen(best, proposal, { stream, messages });
  if (!isKnown) return { answer: UNKNOWN, decided };
  return { answer: best.kind === "accepted" ? { kind: "accepted" } : best, decided };
}

/** Who joins is outside, and does not see what the discussion is like now. */
function isJoining({ type, actor }: Proposal, stream: StreamState | null): boolean {
  if (type !== "join" || actor === "system") return false;
  return stream === null || stream.kind === "user" || !isMember(stream, actor);
}

function factsAt(of: "best" | "worst", held: Held, proposal: Proposal): Omit<Facts, "at" | "limits"> {
  const { users, blobs, group, ownGroup } = needs(proposal);
  const free: UserFact = { seq: 1 as Seq, ended: false, blocks: new Set<UserId>() }; // a stream has at least one event
  const isBest = of === "best";
  const asker = held.self ? userFact(held.self) : isBest ? free : { ...free, blocks: new Set(users) };
  const asked = held.group !== undefined && (group === held.group.id || ownGroup !== undefined)
    ? held.group
    : undefined;
  return {
    users: new Map(users.map((user) => [user, isBest ? { kind: "known", value: free } : { kind: "missing" }])),
    actor: { kind: "known", value: asker },
    blobs: new Set(isBest ? blobs : []),
    ...(asked && { group: { kind: "known", value: asked } }),
  };
}

function codeOf(decision: Decision): string {
  if (decision.kind === "rejected") return decision.code;
  return decision.kind === "not-now" ? decision.reason : "";
}
