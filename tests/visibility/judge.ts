/** Whether what somebody was told is for them. @module */
import type { FeedItem } from "@gatz/domain";
import { type ListRow, type Marks, rowProblems, totalsProblems } from "./list_rows.ts";
import type { Oracle } from "./oracle.ts";
import { openedProblems } from "./opened.ts";
import { messageProblem, newestSeen, pageProblems, pinProblems } from "./shown_messages.ts";
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

/** Pages of messages, quotes, pins, counts of members and lists of them are what the rows that the viewer sees come to. */
export function judgeViews(
  oracle: Oracle,
  { viewer, marks, answers }: { viewer: string; marks: Marks; answers: readonly Answer[] },
): Finding[] {
  return answers.filter(({ status }) => status === 200).flatMap((answer) =>
    viewProblems(oracle, { viewer, marks, answer }).map((what) => ({ viewer, where: answer.path, what }))
  );
}

function viewProblems(
  oracle: Oracle,
  { viewer, marks, answer: { path, input, text } }: { viewer: string; marks: Marks; answer: Answer },
): readonly string[] {
  const { discussion, group, limit = 0, seq: at, ...named } = (input ?? {}) as Asked;
  const stream = discussion ?? group ?? named.stream;
  const stays = stream === undefined ? undefined : oracle.staysIn(stream);
  const data = JSON.parse(text).result.data.json;
  if (!isDated(path, data)) return ["it does not say what it is as of"];
  switch (path) {
    case "messages.byDiscussion":
      return pageProblems(oracle, { viewer, discussion: discussion!, shown: data.messages });
    case "messages.at":
      return pageProblems(oracle, { viewer, discussion: discussion!, at: at!, shown: data.messages });
    case "messages.byId": {
      const home = oracle.discussionOf(data.message.id);
      const wanted = newestSeen(oracle, { viewer, discussion: home }).find(({ id }) => id === data.message.id);
      const wrong = messageProblem(oracle, { viewer, discussion: home, message: data.message, wanted });
      return wrong === null ? [] : [wrong];
    }
    case "discussions.byId":
    case "groups.byId": {
      const view = data.discussion ?? data.group ?? data;
      const there = stays!.people.filter((user) => stays!.isMemberAt(user, stays!.headOf(viewer))).length;
      const pins = discussion === undefined ? [] : pinProblems(oracle, { viewer, discussion, pins: view.pins });
      return view.memberCount === there ? pins : [`${view.memberCount} members instead of ${there} in ${stream}`];
    }
    case "log.open": {
      if (stays === undefined) return [];
      const isTalk = oracle.rowsOf(stream!)[0]?.kind === "disc";
      const pins = isTalk ? pinProblems(oracle, { viewer, discussion: stream!, pins: data.state.pins }) : [];
      return [...pins, ...openedProblems(oracle, { viewer, stays, stream: stream!, limit, opened: data })];
    }
    case "discussions.byUser":
    case "discussions.rows": {
      const rows = data.rows as readonly ListRow[];
      const wrong = rows.flatMap((row) => rowProblems(oracle, { viewer, marks, row }));
      // Of a page that could be longer nobody can tell the totals.
      if (path !== "discussions.byUser" || data.next !== null) return wrong;
      return [...wrong, ...totalsProblems(oracle, { viewer, rows, totals: data.totals })];
    }
    default:
      return [];
  }
}

/** Whatever a client may keep says what it is as of, as a whole or row by row (READ0). What might be is not kept. */
function isDated(path: string, data: { readonly asOf?: unknown; readonly rows?: readonly Readonly<Row>[] }): boolean {
  if (path === "log.canOffer" || data.asOf !== undefined) return true;
  return data.rows?.every(({ kind, seq }) => kind === "missing" || kind === "unavailable" || seq !== undefined) ??
    false;
}

interface Row {
  readonly kind: string;
  readonly seq?: number;
}

interface Asked {
  readonly discussion?: string;
  readonly group?: string;
  readonly stream?: string;
  readonly limit?: number;
  readonly seq?: number;
}

/** The newest mark of each discussion that a feed told of is the greatest that was made, if any was: other devices learn of it (READ1). */
export function judgeMarks(
  { viewer, marks, items }: { viewer: string; marks: Marks; items: readonly FeedItem[] },
): readonly Finding[] {
  const told = new Map(items.flatMap((item) => item.type === "read" ? [[`${viewer} ${item.discussion}`, item]] : []));
  return [...marks].filter(([of]) => of.startsWith(`${viewer} `)).flatMap(([of, { epoch, seq }]) => {
    const last = told.get(of);
    const isRight = last?.epoch === epoch && last.seq === seq;
    return isRight
      ? []
      : [{ viewer, where: "feed: read", what: `${of} at ${last?.epoch}:${last?.seq}, not ${epoch}:${seq}` }];
  });
}
