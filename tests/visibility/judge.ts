/** Whether what somebody was told is for them. @module */
import type { FeedItem } from "@gatz/domain";
import { messagesSeen } from "./folds.ts";
import type { Oracle } from "./oracle.ts";
import { openedProblems } from "./opened.ts";
import { wordsIn } from "./words.ts";
import type { Answer } from "./ways_out.ts";

export interface Finding {
  readonly viewer: string;
  /** Where it stood. */
  readonly where: string;
  readonly what: string;
}

/** How much was looked at, so that a test can tell that there was something. */
export interface Judged {
  readonly findings: readonly Finding[];
  readonly words: number;
}

export interface Told {
  readonly where: string;
  readonly text: string;
}

/** What shows messages as somebody wants to see them; moderation and the log show them as they are (BLK1). */
const VIEWS: ReadonlySet<string> = new Set([
  "messages.byDiscussion",
  "messages.byId",
  "messages.at",
  "discussions.byUser",
  "discussions.rows",
]);

/** Every planted word in what somebody was told. */
export function judgeWords(
  oracle: Oracle,
  { viewer, texts }: { viewer: string; texts: readonly Told[] },
): Judged {
  const findings: Finding[] = [];
  let words = 0;
  for (const { where, text } of texts) {
    for (const word of new Set(wordsIn(text))) {
      words++;
      const what = oracle.refuse(word, viewer, { isView: VIEWS.has(where) });
      if (what !== null) findings.push({ viewer, where, what });
    }
  }
  return { findings, words };
}

/** Every seq that a feed told of lies where its reader sees, and hidden ones are told of up to the reader's own head only. */
export function judgeSeqs(
  oracle: Oracle,
  { viewer, items }: { viewer: string; items: readonly FeedItem[] },
): readonly Finding[] {
  return items.flatMap((item) => {
    const what = seqProblem(oracle, viewer, item);
    return what === null ? [] : [{ viewer, where: `feed: ${item.type}`, what }];
  });
}

function seqProblem(oracle: Oracle, viewer: string, item: FeedItem): string | null {
  switch (item.type) {
    case "event": {
      const { stream, seq, type } = item.event;
      if (stream === viewer) return null;
      const row = oracle.rowsOf(stream)[seq - 1];
      if (row === undefined) return `${type} ${seq} of ${stream} is in no log`;
      return oracle.staysIn(stream)!.seesRow(viewer, row) ? null : `${type} ${seq} of ${stream} is not for them`;
    }
    case "opaque":
      return beyond(oracle, viewer, { stream: item.stream, seq: item.to });
    case "joined":
    case "behind":
      return beyond(oracle, viewer, { stream: item.stream, seq: item.head });
    case "live":
    case "beat":
      return item.heads.map((head) => beyond(oracle, viewer, head)).find((problem) => problem !== null) ?? null;
    case "signal":
      if (item.kind !== "typing") return null;
      return oracle.staysIn(item.discussion)?.people.includes(viewer) ? null : `typing in ${item.discussion}`;
    case "read":
    case "setting":
    case "shard":
      return null;
  }
}

function beyond(oracle: Oracle, viewer: string, { stream, seq }: { stream: string; seq: number }): string | null {
  if (stream === viewer) return null;
  const head = oracle.staysIn(stream)?.headOf(viewer) ?? 0;
  return seq <= head ? null : `${seq} of ${stream}, beyond ${head}`;
}

/** Pages of messages, counts of members and lists of them are what the rows that the viewer sees come to. */
export function judgeViews(
  oracle: Oracle,
  { viewer, answers }: { viewer: string; answers: readonly Answer[] },
): Finding[] {
  return answers.filter(({ status }) => status === 200).flatMap((answer) =>
    viewProblems(oracle, viewer, answer).map((what) => ({ viewer, where: answer.path, what }))
  );
}

function viewProblems(oracle: Oracle, viewer: string, { path, input, text }: Answer): readonly string[] {
  const { discussion, group, limit = 0, ...named } = (input ?? {}) as Asked;
  const stream = discussion ?? group ?? named.stream;
  const stays = stream === undefined ? undefined : oracle.staysIn(stream);
  const data = JSON.parse(text).result.data.json;
  switch (path) {
    case "messages.byDiscussion":
      return pageProblems(oracle, { viewer, discussion: discussion!, shown: data.messages });
    case "discussions.byId":
    case "groups.byId": {
      const view = data.discussion ?? data.group ?? data;
      const there = stays!.people.filter((user) => stays!.isMemberAt(user, stays!.headOf(viewer))).length;
      return view.memberCount === there ? [] : [`${view.memberCount} members instead of ${there} in ${stream}`];
    }
    case "log.open":
      return stays === undefined ? [] : openedProblems(oracle, { viewer, stays, stream: stream!, limit, opened: data });
    case "discussions.byUser":
    case "discussions.rows":
      return (data.rows as Row[]).flatMap((row) => rowProblems(oracle, viewer, row));
    default:
      return [];
  }
}

interface Asked {
  readonly discussion?: string;
  readonly group?: string;
  readonly stream?: string;
  readonly limit?: number;
}

interface Row {
  readonly kind: string;
  readonly id: string;
  readonly memberCount: number;
  readonly mark: { readonly seq: number } | null;
  readonly unread: { readonly count: number } | null;
}

/** Counts of a list's row are of what the viewer sees, and of nothing else (VIS4, READ2). */
function rowProblems(oracle: Oracle, viewer: string, { kind, id, memberCount, mark, unread }: Row): string[] {
  if (kind !== "discussion") return [];
  const stays = oracle.staysIn(id)!;
  const there = stays.people.filter((user) => stays.isMemberAt(user, stays.headOf(viewer))).length;
  const messages = messagesSeen(oracle.rowsOf(id), { viewer, stays }).values();
  const after = mark?.seq ?? 0;
  const left = [...messages].filter(({ text, author, seq }) =>
    text !== null && author !== viewer && !oracle.blocks(viewer, author) && seq > after
  );
  const problems = memberCount === there ? [] : [`${memberCount} members instead of ${there} in ${id}`];
  return unread?.count === left.length
    ? problems
    : [...problems, `${unread?.count} unread instead of ${left.length} in ${id}`];
}

interface Shown {
  readonly kind: string;
  readonly id: string;
  readonly text?: string;
  readonly revision: number;
  readonly reactions?: readonly { readonly emoji: string; readonly count: number }[];
}

function pageProblems(
  oracle: Oracle,
  { viewer, discussion, shown }: { viewer: string; discussion: string; shown: readonly Shown[] },
): string[] {
  const stays = oracle.staysIn(discussion)!;
  const naive = messagesSeen(oracle.rowsOf(discussion), { viewer, stays });
  const newest = [...naive.values()].reverse();
  const problems = shown.length < Math.min(100, newest.length) ? [`${shown.length} of ${newest.length} messages`] : [];
  shown.forEach((message, i) => {
    const wanted = newest[i];
    const isVeiled = wanted !== undefined && wanted.text !== null && oracle.blocks(viewer, wanted.author);
    const is = JSON.stringify(message.kind === "blocked" ? { id: message.id, blocked: true } : plain(message));
    const should = wanted && JSON.stringify(
      isVeiled
        ? { id: wanted.id, blocked: true }
        : { id: wanted.id, text: wanted.text, revision: wanted.revision, reactions: wanted.reactions.size },
    );
    if (is !== should) problems.push(`${is} instead of ${should} in ${discussion}`);
  });
  return problems;
}

function plain({ kind, id, text, revision, reactions = [] }: Shown) {
  return {
    ...{ id, text: kind === "live" ? text : null, revision },
    reactions: reactions.reduce((sum, { count }) => sum + count, 0),
  };
}
