import { type Difference, firstDifference } from "../judge/difference.ts";
import type { ExpectedMessage } from "./ledger.ts";

/** A message as a page of the API shows it; what the ledger does not know is not looked at. */
export interface ShownMessage {
  readonly kind: "live" | "deleted" | "blocked";
  readonly id: string;
  readonly seq: number;
  readonly at: number;
  readonly author: string;
  readonly revision?: number;
  readonly replyTo?: string;
  readonly text?: string;
  readonly mentions?: readonly string[];
  readonly reactions?: readonly ShownReaction[];
  readonly by?: string;
  readonly reason?: string;
  readonly quote?: object;
}

export interface ShownReaction {
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
  readonly users: readonly string[];
}

const USERS_SHOWN = 10;
const QUOTE_CODE_POINTS = 200;

/**
 * The first place where a discussion's messages, newest first, are not what the ledger expects of them for a viewer who
 * sees all of it.
 */
export function disagreement(
  expected: readonly ExpectedMessage[],
  { shown, viewer }: { shown: readonly ShownMessage[]; viewer: string },
): Omit<Difference, "about"> | null {
  const byId = new Map(expected.map((message) => [message.id, message]));
  const wanted = expected.map((message) => shownAs(message, { viewer, byId }));
  return firstDifference(wanted, shown.map(picked), "messages");
}

interface Viewpoint {
  readonly viewer: string;
  readonly byId: ReadonlyMap<string, ExpectedMessage>;
}

function shownAs(message: ExpectedMessage, { viewer, byId }: Viewpoint): ShownMessage {
  const quote = message.replyTo === undefined ? {} : { quote: quoteOf(message.replyTo, byId) };
  if (message.kind === "deleted") return { ...message, ...quote };
  const reactions = message.reactions.map(({ emoji, users }) => ({
    emoji,
    count: users.length,
    mine: users.includes(viewer),
    users: users.slice(0, USERS_SHOWN),
  }));
  return { ...message, ...quote, reactions };
}

function quoteOf(id: string, byId: Viewpoint["byId"]): object {
  const answered = byId.get(id);
  if (!answered) return { id, hidden: true };
  if (answered.kind === "deleted") return { id, deleted: true };
  return { id, author: answered.author, text: [...answered.text].slice(0, QUOTE_CODE_POINTS).join("") };
}

/** Only the fields that the ledger has an opinion of. */
function picked(message: ShownMessage): ShownMessage {
  const { kind, id, seq, at, author, revision, replyTo, text, mentions, reactions, by, reason, quote } = message;
  return { kind, id, seq, at, author, revision, replyTo, text, mentions, reactions, by, reason, quote };
}
