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
  readonly replyTo?: string;
  readonly mentions?: readonly string[];
  readonly target?: string;
  readonly emoji?: string;
  readonly on?: boolean;
  readonly name?: string;
  readonly description?: string;
  readonly curatedBy?: "members" | "moderators";
  readonly members?: readonly string[];
  readonly users?: readonly string[];
  readonly user?: string;
  readonly to?: string;
  readonly role?: Role;
  readonly since?: number;
  readonly historyFrom?: "all" | "now" | number;
  readonly join?: { readonly until: number; readonly historyFrom: "all" | "now" };
  readonly continues?: { readonly discussion: string; readonly message: string };
  readonly direct?: true;
  readonly until?: number;
  readonly seconds?: number;
  readonly flag?: string;
  readonly reason?: string;
  readonly author?: string;
  readonly upToSeq?: number;
  readonly why?: string;
  readonly invite?: string;
  readonly hash?: string;
  readonly maxUses?: number;
  readonly expiresAt?: number;
  readonly handle?: string;
  readonly discussion?: string;
  /** Of what somebody's own stream is told: the event that it answers. */
  readonly stream?: string;
  readonly seq?: number;
  readonly group?: string;
  readonly groupSeq?: number;
  readonly by?: string;
}

/** DISC4, the highest first. */
export type Role = "owner" | "moderator" | "member";

export interface PlainDecided {
  readonly targetSeq?: number;
  readonly skipped?: readonly { readonly user: string }[];
  readonly basis?: readonly { readonly stream: string; readonly seq: number }[];
  readonly right?: string;
}

/** Whom an event makes a member, if they are none. */
export function added({ type, actor, body, decided }: PlainEvent): readonly string[] {
  const skipped = new Set(decided.skipped?.map(({ user }) => user));
  const named = namedBy(type, { actor, body });
  return [...new Set(named)].filter((user) => !skipped.has(user));
}

function namedBy(type: string, { actor, body }: Pick<PlainEvent, "actor" | "body">): readonly string[] {
  if (type === "create") return [actor, ...body.members ?? []];
  if (type === "add-members") return body.users ?? [];
  return type === "join" || type === "join-by-invite" ? [actor] : [];
}

/** Whom an event ends the membership of, if they are a member. */
export function ended({ type, actor, body }: PlainEvent): string | null {
  if (type === "leave") return actor;
  return type === "remove-member" || type === "ban-member" ? body.user ?? null : null;
}
