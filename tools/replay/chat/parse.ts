/** One message of the chat table, as its line says. */
export interface ChatLine {
  /** Where it stands in the file, from 1 (the header is line 1). */
  readonly fileLine: number;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Its number in the day, which replies refer to. */
  readonly line: number;
  /** `HH:MM`. */
  readonly time: string;
  readonly nick: string;
  /** Numbers, in the same day, of the lines it answers. */
  readonly answers: readonly number[];
  readonly text: string;
}

/** A line that could not be read, and why. */
export interface MalformedLine {
  readonly fileLine: number;
  readonly problem: string;
}

export interface ParsedChat {
  readonly lines: readonly ChatLine[];
  readonly malformed: readonly MalformedLine[];
}

/** The file is no chat table at all. */
export class NotAChatTable extends Error {
  override readonly name = "NotAChatTable";
}

const HEADER = "day\tline\ttime\tuser\treply_to\ttext";
const COLUMNS = HEADER.split("\t").length;
/** What one message may hold (MSG1), and one name. */
const TEXT_CODE_POINTS = 10_000;
const TEXT_BYTES = 32 * 1024;
const NICK_CODE_POINTS = 100;
const CONTROLS = /\p{Cc}/u;

/**
 * Reads a table of `day, line, time, user, reply_to, text` (tab-separated, one header line). What can't be read is
 * returned with its line number; throws {@link NotAChatTable} if the header is another one.
 */
export function parseChat(table: string): ParsedChat {
  const [header, ...rest] = table.split(/\r?\n/);
  if (header !== HEADER) throw new NotAChatTable(`the first line should be: ${HEADER.replaceAll("\t", " <tab> ")}`);
  const lines: ChatLine[] = [];
  const malformed: MalformedLine[] = [];
  const newest = new Map<string, number>();
  rest.forEach((text, index) => {
    if (text === "") return;
    const fileLine = index + 2;
    const read = parseLine(text, { fileLine, newest });
    if (typeof read === "string") {
      malformed.push({ fileLine, problem: read });
    } else {
      newest.set(read.day, read.line);
      lines.push(read);
    }
  });
  return { lines, malformed };
}

interface LinePlace {
  readonly fileLine: number;
  /** The last line number read, by day. */
  readonly newest: ReadonlyMap<string, number>;
}

/** The line, or what is wrong with it. */
function parseLine(raw: string, { fileLine, newest }: LinePlace): ChatLine | string {
  const columns = raw.split("\t");
  const [day, number, time, nick, answers, text] = columns;
  if (columns.length !== COLUMNS || text === undefined) return `${columns.length} columns instead of ${COLUMNS}`;
  if (!isDay(day!)) return "the day is not YYYY-MM-DD";
  const line = positive(number!);
  if (line === null) return "the line number is not a positive whole number";
  if (line <= (newest.get(day!) ?? 0)) return `line ${line} of ${day} stands after line ${newest.get(day!)}`;
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time!)) return "the time is not HH:MM";
  const answered = answers === "" ? [] : answers!.split(",").map(positive);
  if (!answered.every((n) => n !== null)) return "reply_to is not a list of line numbers";
  const problem = nickProblem(nick!) ?? textProblem(text);
  return problem ?? { fileLine, day: day!, line, time: time!, nick: nick!, answers: answered, text };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && at >= 0 && new Date(at).toISOString().startsWith(text);
}

function positive(text: string): number | null {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

function nickProblem(nick: string): string | null {
  if (nick.trim() === "") return "no user";
  return CONTROLS.test(nick) || [...nick].length > NICK_CODE_POINTS ? "the user is no name" : null;
}

function textProblem(text: string): string | null {
  if (text.trim() === "") return "no text";
  // What a decoder puts where bytes were no UTF-8.
  if (text.includes("\uFFFD")) return "the text is not UTF-8";
  if (CONTROLS.test(text)) return "control characters in the text";
  if ([...text].length > TEXT_CODE_POINTS) return `more than ${TEXT_CODE_POINTS} code points`;
  return new TextEncoder().encode(text).length > TEXT_BYTES ? `more than ${TEXT_BYTES} bytes` : null;
}
