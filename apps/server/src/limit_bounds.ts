/** From where to where a limit may be changed: beyond it gatz would not be slow or strict, but broken. @module */
import type { LimitName, Limits } from "./limits.ts";

/** The least that each may be; of the others 1. Below it something that gatz does by itself, or that every client does, could never go through. */
export const LEAST: Readonly<Partial<Record<LimitName, number>>> = {
  // A bundle has up to 100 drafts, and couriers deliver as many effects at once; so has a call that marks.
  queueDrafts: 100,
  queueBytes: 131_072,
  queueMarks: 100,
  // A draft with an attachment, in a bundle, in a batch.
  jsonDepth: 8,
  frameBytes: 4_096,
  // A page of a large list is one answer, and one answer may be eight times this.
  socketBytes: 65_536,
  // A shard that is stuck may take a quarter, and not the only one (SHARD2).
  readConnections: 4,
  // Shorter than these, what is in order would be given up: a commit to a disk, a round trip, a sign of life.
  flushDeadlineMs: 100,
  readDeadlineMs: 100,
  callDeadlineMs: 100,
  bodyMs: 100,
  beatMs: 100,
  stuckReaderMs: 1_000,
  presenceMs: 1_000,
  tokenMs: 60_000,
  // The two of a direct group.
  members: 2,
  // Who signs in for development is named as their handle.
  nameCodePoints: 20,
};

/** What has to be at least so many times something else: with less, what the other limit allows would never go through. */
const AT_LEAST: readonly (readonly [limit: LimitName, times: number, of: LimitName, because: string])[] = [
  ["frameBytes", 2, "textBytes", "a text is sent in one frame, as JSON"],
  ["bodyBytes", 1, "frameBytes", "what fits into a frame can be sent over HTTP as well"],
  ["queueBytes", 1, "bodyBytes", "a bundle waits in one piece"],
  ["feedQueueBytes", 1, "frameBytes", "an event waits in one piece"],
  ["presenceMs", 2, "presenceGraceMs", "who is gone is told of before they are forgotten"],
];

/** Timers of more run at once; counters of the database end there too. */
const MOST = 2 ** 31 - 1;
/** Asked of the database alone: a thousand years. */
const MOST_IN_SQL = 2 ** 45;
const IN_SQL: ReadonlySet<string> = new Set<LimitName>(["handleRedirectMs", "handleHeldMs"]);

/** What is wrong with a table of limits, each as the end of a sentence that begins with the variable's name; none, if all is well. */
export function limitProblems(limits: Limits): string[] {
  const names = Object.keys(limits) as LimitName[]; // they are the table's
  const outside = names.flatMap((name) => {
    const [least, most] = [LEAST[name] ?? 1, IN_SQL.has(name) ? MOST_IN_SQL : MOST];
    const value = limits[name];
    return value >= least && value <= most ? [] : [`holds ${name}=${value}, which must be from ${least} to ${most}.`];
  });
  const apart = AT_LEAST.filter(([limit, times, of]) => limits[limit] < times * limits[of]).map(
    ([limit, times, of, because]) =>
      `makes ${limit} ${limits[limit]}, which must be at least ${times === 1 ? "" : `${times} × `}${of} ` +
      `(${limits[of]}): ${because}.`,
  );
  return [...outside, ...apart];
}
