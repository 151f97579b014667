/** What views show of messages, by the rows of the log: their content, the quotes in them, previews, pins (VIS4, BLK1). @module */
import { messagesSeen, type NaiveMessage } from "./folds.ts";
import type { Oracle } from "./oracle.ts";

/** As the API shows a message. */
export interface Shown {
  readonly kind: string;
  readonly id: string;
  readonly text?: string;
  readonly revision: number;
  readonly reactions?: readonly { readonly emoji: string; readonly count: number }[];
  readonly quote?: Readonly<Record<string, unknown>>;
}

/** One viewer, and a discussion as far as a seq; without one, as far as they see. */
export interface Looking {
  readonly viewer: string;
  readonly discussion: string;
  readonly at?: number;
}

/** Newest first. */
export function newestSeen(oracle: Oracle, { viewer, discussion, at }: Looking): NaiveMessage[] {
  const stays = oracle.staysIn(discussion)!; // it is in the log
  return [...messagesSeen(oracle.rowsOf(discussion).slice(0, at), { viewer, stays }).values()].reverse();
}

/** What is wrong with a page that begins with the newest message. */
export function pageProblems(
  oracle: Oracle,
  { shown, ...looking }: Looking & { readonly shown: readonly Shown[] },
): string[] {
  const newest = newestSeen(oracle, looking);
  const problems = shown.length < Math.min(50, newest.length) ? [`${shown.length} of ${newest.length} messages`] : [];
  const wrong = shown.map((message, n) => messageProblem(oracle, { ...looking, message, wanted: newest[n] }));
  return [...problems, ...wrong.filter((problem) => problem !== null)];
}

export function messageProblem(
  oracle: Oracle,
  { message, wanted, withQuote = true, ...looking }: Looking & {
    readonly message: Shown;
    readonly wanted: NaiveMessage | undefined;
    /** False: previews have none. */
    readonly withQuote?: boolean;
  },
): string | null {
  const is = JSON.stringify(message.kind === "blocked" ? veiled(message) : plain(message));
  const should = wanted && JSON.stringify(asShown(oracle, { ...looking, wanted, withQuote }));
  return is === should ? null : `${is} instead of ${should} in ${looking.discussion}`;
}

function asShown(
  oracle: Oracle,
  { wanted, withQuote, ...looking }: Looking & { readonly wanted: NaiveMessage; readonly withQuote: boolean },
) {
  const { id, author, text, revision, reactions, replyTo } = wanted;
  if (text !== null && oracle.blocks(looking.viewer, author)) return veiled(wanted);
  const quote = withQuote && replyTo !== undefined ? { quote: quoteOf(oracle, { ...looking, replyTo }) } : {};
  return { id, text, revision, reactions: reactions.size, ...quote };
}

function quoteOf(oracle: Oracle, { replyTo: id, ...looking }: Looking & { readonly replyTo: string }) {
  const quoted = newestSeen(oracle, looking).find((message) => message.id === id);
  if (quoted === undefined) return { id, hidden: true };
  if (quoted.text === null) return { id, deleted: true };
  return oracle.blocks(looking.viewer, quoted.author)
    ? { id, blocked: true }
    : { id, author: quoted.author, text: quoted.text };
}

function veiled({ id }: { readonly id: string }) {
  return { id, blocked: true };
}

function plain({ kind, id, text, revision, reactions = [], quote }: Shown) {
  return {
    ...{ id, text: kind === "live" ? text : null, revision },
    reactions: reactions.reduce((sum, { count }) => sum + count, 0),
    ...(quote !== undefined && { quote }),
  };
}

/** Those that are on where the viewer's sight ends, of messages that they may see. */
export function pinProblems(
  oracle: Oracle,
  { viewer, discussion, pins = [] }: Looking & { readonly pins: readonly { readonly message: string }[] | undefined },
): string[] {
  const stays = oracle.staysIn(discussion)!; // as above
  const on = new Map<string, number>();
  for (const { type, target, body } of oracle.rowsOf(discussion).slice(0, stays.headOf(viewer))) {
    if (type === "pin-message") on.set(body.target, target!); // what has a target was stored with its seq
    if (type === "unpin-message") on.delete(body.target);
  }
  const should = [...on].filter(([, seq]) => stays.sees(viewer, seq)).map(([message]) => message).join();
  const is = pins.map(({ message }) => message).join();
  return is === should ? [] : [`pins ${is} instead of ${should} in ${discussion}`];
}
