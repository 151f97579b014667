/**
 * An event as anybody may read it from the log, and nothing of gatz: what this folder makes of such events, by the plainest
 * reading of docs/protocol.md, is what torture, simulation and replay hold gatz against. Nothing here imports anything else.
 * @module
 */

export interface PlainEvent {
  readonly id: string;
  readonly stream: string;
  readonly seq: number;
  readonly type: string;
  /** `system`, or a user. */
  readonly actor: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly body: PlainBody;
  readonly decided: PlainDecided;
}

/** What is read of bodies, of whatever type. */
export interface PlainBody {
  readonly text?: string;
  readonly name?: string;
  readonly members?: readonly string[];
  readonly users?: readonly string[];
  readonly user?: string;
  readonly since?: number;
  readonly historyFrom?: "all" | "now" | number;
  readonly target?: string;
  readonly replyTo?: string;
  readonly emoji?: string;
  readonly on?: boolean;
  /** Of what somebody's own stream is told: the event that it answers. */
  readonly stream?: string;
  readonly seq?: number;
  readonly group?: string;
  readonly groupSeq?: number;
  readonly by?: string;
}

export interface PlainDecided {
  readonly targetSeq?: number;
  readonly skipped?: readonly { readonly user: string }[];
  readonly basis?: readonly { readonly stream: string; readonly seq: number }[];
  readonly right?: string;
}

/** Whom an event makes a member. */
export function added({ type, actor, body, decided }: PlainEvent): readonly string[] {
  if (type !== "create" && type !== "add-members") return [];
  const named = type === "create" ? [actor, ...body.members ?? []] : body.users ?? [];
  const skipped = new Set(decided.skipped?.map(({ user }) => user));
  return [...new Set(named)].filter((user) => !skipped.has(user));
}

/** Whom an event ends the membership of. */
export function ended({ type, actor, body }: PlainEvent): string | null {
  if (type === "leave") return actor;
  return type === "remove-member" ? body.user ?? null : null;
}

/** The first seq that a stay begun by an event lets see (VIS1). */
export function firstSeen({ type, seq, body }: PlainEvent): number {
  const from = type === "add-members" ? body.historyFrom : "all";
  if (from === "all") return 1;
  return typeof from === "number" ? from : seq;
}
