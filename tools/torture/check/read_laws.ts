/** What readers were shown, held against the log, and that nobody goes back in time (READ0, VIS1–4). @module */
import { publicForm } from "../../oracle/forms.ts";
import { unreadAfter } from "../../oracle/unread.ts";
import { digestOf } from "../history/digest.ts";
import { blockedMessage, type NotedItem, type NotedMessage, type NotedRow, type RecordOf } from "../history/record.ts";
import type { Evidence } from "./draft_laws.ts";
import type { LogRow } from "./final_log.ts";
import { NaivePages, type PageAsked } from "./naive_page.ts";

export interface AppPage extends Omit<PageAsked, "before"> {
  readonly app: string;
  readonly messages: readonly NotedMessage[];
}

interface Preview {
  readonly user: string;
  /** Theirs, or that of an app of theirs. */
  readonly whose: string;
  readonly stream: string;
  readonly asOf: number;
  readonly preview: NotedMessage | null;
}

export class ReadLaws {
  readonly #evidence: Evidence;
  readonly #pages: NaivePages;
  readonly #seen = new Map<string, Seen>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    this.#pages = new NaivePages(evidence.log);
  }

  /** Somebody has seen a stream up to a seq, by a page, a feed or an ack of their own. */
  saw(what: { user: string; stream: string; seq: number; t: number; incarnation: string }): void {
    const key = `${what.incarnation} ${what.user} ${what.stream}`;
    const seen = this.#seen.get(key) ?? new Seen();
    this.#seen.set(key, seen);
    seen.add(what.t, what.seq);
  }

  logPage(page: RecordOf<"log-page">): void {
    this.#checkTime(page);
    const { violations, lives, log } = this.#evidence;
    if (!this.#isOfThisLog(page)) return;
    const { user, stream, fromSeq, limit, asOf, items, incarnation, t } = page;
    const where = `${user} read ${stream} from ${fromSeq}, as of ${asOf}`;
    let next = fromSeq;
    for (const item of items) {
      const [from, to] = spanOf(item);
      if (from !== next) violations.add("VIS2", "a hole in a page of the log", `${where}: ${from} instead of ${next}`);
      next = to + 1;
      this.#checkItem(item, { user, asOf, where, kept: lives.keeps(incarnation, t) });
    }
    if (items.length > 0 && next - 1 > asOf) {
      violations.add("READ0", "a page beyond its asOf", `${where}: up to ${next - 1}`);
    }
    // Hidden events may count too.
    if (next - fromSeq < limit && next - 1 < Math.min(asOf, log.headOf(stream))) {
      violations.add("READ0", "a page that ends early", `${where}: ends at ${next - 1}`);
    }
  }

  messagePage(page: RecordOf<"message-page">, { calm }: { readonly calm: boolean }): void {
    this.#checkTime(page);
    if (!this.#isOfThisLog(page)) return;
    const { asOf, before, ...rest } = page;
    this.#checkFold(page, {
      calm,
      where: `${rest.user} read ${rest.limit} of ${rest.stream} before ${before}, as of ${asOf}`,
    });
  }

  /** What an app shows of a discussion, which may be older than what its user knows by other ways. */
  appPage(page: AppPage, { calm }: { readonly calm: boolean }): void {
    const { app, limit, stream, asOf } = page;
    const where = `${app} shows ${limit} of ${stream}, as of ${asOf}`;
    this.#checkFold({ ...page, before: null }, { calm, where });
  }

  #checkFold(
    page: PageAsked & { readonly messages: readonly NotedMessage[] },
    { calm, where }: { readonly calm: boolean; readonly where: string },
  ): void {
    const { user, messages: shown } = page;
    const expected = JSON.stringify(
      this.#pages.page(page).map((one, i) => inOrder(this.#veiled(one, { user, shown: shown[i], calm }))),
    );
    const found = JSON.stringify(shown.map(inOrder));
    if (expected === found) return;
    const what = `${where}: ${firstDifference(expected, found)}`;
    this.#evidence.violations.add("VIS4", "a page that is not the fold of the log", what);
  }

  /** A message, or what stands for it: surely where the reader blocks its author, in calm; before, wherever they ever did. */
  #veiled(
    message: NotedMessage,
    { user, shown, calm }: { user: string; shown: NotedMessage | undefined; calm: boolean },
  ): NotedMessage {
    if (message.text === null) return message;
    const veil = blockedMessage(message);
    const { blocks, everBlocked } = this.#evidence.log.person(user);
    if (calm) return blocks.has(message.author) ? veil : message;
    const isVeiled = shown !== undefined && JSON.stringify(inOrder(shown)) === JSON.stringify(inOrder(veil));
    return isVeiled && everBlocked.has(message.author) ? veil : message;
  }

  /** Once it is calm: who ever was in a stream has something to read there. */
  refused({ user, what: stream, code }: RecordOf<"unread">): void {
    const { log, violations } = this.#evidence;
    if (code !== "NotFound" || log.stays(stream).headFor(user, log.headOf(stream)) === 0) return;
    violations.add("VIS4", "a stream shut to somebody who was in it", `${user}: ${stream}`);
  }

  /** Once it is calm: a list has the discussions that somebody is or was in, no other, each up to where they see it. */
  list({ user, app, rows }: RecordOf<"list">): void {
    const { log, violations } = this.#evidence;
    const whose = app ?? user;
    const listed = new Map(rows.map((row) => [row.stream, row]));
    if (listed.size < rows.length) violations.add("USR3", "a list that names a discussion twice", whose);
    for (const stream of new Set([...log.streams.keys(), ...listed.keys()])) {
      if (!stream.startsWith("disc_")) continue;
      const head = log.stays(stream).headFor(user, log.headOf(stream));
      const found = listed.get(stream)?.head ?? 0;
      if (found === head) continue;
      const what = `${whose}: ${stream} at ${found} instead of ${head}`;
      violations.add("USR3", "a list that is not what somebody was in", what);
    }
    const marks = new Map(log.marks.filter((one) => one.user === user).map(({ mark }) => [mark[0], mark[2]]));
    for (const row of rows) this.#row({ user, whose }, row, marks.get(row.stream) ?? 0);
  }

  /** What a list says of a discussion is what can be counted in it (READ2, VIS4). */
  #row(
    { user, whose }: { readonly user: string; readonly whose: string },
    { stream, read, unread, mentions, preview }: NotedRow,
    mark: number,
  ): void {
    const { log, violations } = this.#evidence;
    const wrong = (rule: string, kind: string, is: unknown, should: unknown) =>
      violations.add(rule, kind, `${whose}: ${stream}, read to ${mark}: ${is} instead of ${should}`);
    this.preview({ user, whose, stream, preview, asOf: Infinity }, { calm: true });
    // In calm everybody's own shard answers, or the list is asked for again.
    if (read === null) return wrong("READ1", "a list that does not say what is read", read, mark);
    if (read !== mark) wrong("READ1", "a list with another read mark", read, mark);
    const counted = unreadAfter(log, mark, { user, stream });
    const most = Math.min(counted.unread, COUNTED);
    if (unread !== most) wrong("READ2", "a list that miscounts what is unread", unread, most);
    if (counted.unread <= COUNTED && mentions !== counted.mentions) {
      wrong("READ2", "a list that miscounts mentions", mentions, counted.mentions);
    }
  }

  /** A list shows of a discussion the newest message, as of some seq. */
  preview(
    { user, whose, stream, asOf, preview }: Preview,
    { calm }: { readonly calm: boolean },
  ): void {
    const [newest] = this.#pages.page({ user, stream, before: null, limit: 1, asOf });
    const shown = preview ?? undefined;
    const expected = newest && inOrder(this.#veiled(newest, { user, shown, calm }));
    const [should, is] = [expected, preview && inOrder(preview)].map((side) => JSON.stringify(side ?? null));
    if (is === should) return;
    const what = `${whose}: ${stream}, as of ${asOf}: ${is} instead of ${should}`;
    this.#evidence.violations.add("VIS4", "a preview that is not the newest message", what);
  }

  /** A feed tells of a stream: only to somebody who was in it by then, and up to where it goes. */
  told(user: string, stream: string, { head, where }: { head: number; where: string }): void {
    const { log, violations } = this.#evidence;
    if (!log.stays(stream).isIn(user, head)) {
      violations.add("VIS3", "a stream told of to somebody who was not in it", `${where}: ${stream} at ${head}`);
    }
    if (head > log.headOf(stream)) violations.add("LIVE3", "a head beyond the log", `${where}: ${stream} at ${head}`);
  }

  /** An event or a stretch that somebody was shown, by what they could see at `asOf`, or at the event or later. */
  #checkItem(
    item: NotedItem,
    { user, asOf, where, kept }: { user: string; asOf: number | undefined; where: string; kept: boolean },
  ): void {
    const { log, violations } = this.#evidence;
    if (item[0] === "event") {
      const [, stream, seq, id, actor, at, digest] = item;
      const row = log.at(stream, seq);
      const form = row?.id === id && row.actor === actor && row.at === at ? formOf(row, digest) : undefined;
      if (form === undefined && kept) {
        violations.add("LOG6", "an event that differs from the log", `${where}: ${id} at ${seq}`);
      }
      if (row === undefined || form === undefined) return;
      if (!log.stays(stream).sees(user, row, asOf) || !log.ranks(stream).formsOf(row, user).has(form)) {
        violations.add("VIS1", "an event shown to somebody who may not see it", `${where}: ${row.type} at ${seq}`);
      }
    }
    if (item[0] === "opaque" && kept) {
      const [, stream, from, to] = item;
      for (let seq = from; seq <= to; seq++) {
        const row = log.at(stream, seq);
        if (row === undefined || !log.stays(row.stream).sees(user, row, asOf ?? seq)) continue;
        if (log.ranks(stream).formsOf(row, user).has("opaque")) continue;
        violations.add("VIS2", "an event hidden from somebody who may see it", `${where}: ${row.type} at ${seq}`);
      }
    }
  }

  /** A feed says what could be seen at the event or later: a later stay may show what was hidden then. */
  feedItem(item: NotedItem, { user, where, kept }: { user: string; where: string; kept: boolean }): void {
    this.#checkItem(item, { user, where, kept, asOf: undefined });
  }

  #checkTime(page: RecordOf<"log-page" | "message-page">): void {
    const { user, stream, asOf, asked, t, incarnation } = page;
    const before = this.#seen.get(`${incarnation} ${user} ${stream}`)?.before(asked) ?? 0;
    if (asOf < before) {
      const what = `${user} had seen ${before} of ${stream} before ${asked}, and then read as of ${asOf}`;
      this.#evidence.violations.add("READ0", "a reader who goes back in time", what);
    }
    this.saw({ user, stream, seq: asOf, t, incarnation });
  }

  /** What a lost life showed beyond what was kept of it can't be compared. */
  #isOfThisLog({ incarnation, t }: { incarnation: string; t: number }): boolean {
    return this.#evidence.lives.keeps(incarnation, t);
  }
}

/** Unread messages are counted so far (READ2). */
const COUNTED = 99;

/** In which form an event was shown, by what its body says. */
function formOf(row: LogRow, digest: string): "full" | "public" | undefined {
  if (row.digest === digest) return "full";
  return digestOf(publicForm(row).body) === digest ? "public" : undefined;
}

/** How far somebody had seen a stream, by time. */
class Seen {
  readonly #times: number[] = [];
  readonly #seqs: number[] = [];

  add(t: number, seq: number): void {
    if (seq <= (this.#seqs.at(-1) ?? 0)) return;
    this.#times.push(t);
    this.#seqs.push(seq);
  }

  before(t: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! < t) low = middle + 1;
      else high = middle;
    }
    return this.#seqs[low - 1] ?? 0;
  }
}

/** The seqs that an item of a page tells of. */
function spanOf(item: NotedItem): readonly [from: number, to: number] {
  if (item[0] === "event") return [item[2], item[2]];
  if (item[0] === "opaque") return [item[2], item[3]];
  throw new Error(`no item of a page: ${item[0]}`);
}

function inOrder({ id, seq, author, text, revision, changedSeq, reactions }: RecordOf<"message-page">["messages"][0]) {
  return [id, seq, author, text, revision, changedSeq, reactions];
}

function firstDifference(expected: string, found: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at++;
  const cut = (text: string) => text.slice(Math.max(0, at - 60), at + 100);
  return `expected …${cut(expected)}…, found …${cut(found)}…`;
}
