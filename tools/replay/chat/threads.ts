import type { ChatLine } from "./parse.ts";

export interface ThreadMessage {
  readonly line: ChatLine;
  /** The nearest earlier line that it answers. */
  readonly replyTo?: number;
}

/** Messages of one day that replies connect; or, `loose`, all those that no reply touches. */
export interface Thread {
  readonly kind: "replies" | "loose";
  /** In file order; never empty. */
  readonly messages: readonly [ThreadMessage, ...ThreadMessage[]];
}

export interface DayThreads {
  /** By first message. */
  readonly threads: readonly Thread[];
  /** How many reply links name a line that is not there. */
  readonly dangling: number;
}

/** Splits the lines of one day, which are in order, into its threads. */
export function threadsOf(day: readonly ChatLine[]): DayThreads {
  const present = new Set(day.map((line) => line.line));
  const links = day.flatMap((line) => line.answers.map((answered) => ({ from: line.line, to: answered })));
  const held = links.filter(({ from, to }) => present.has(to) && from !== to);
  const component = components(held);
  const threads = new Map<number | "loose", ThreadMessage[]>();
  for (const line of day) {
    const key = component(line.line) ?? "loose";
    const messages = threads.get(key) ?? [];
    threads.set(key, messages);
    messages.push(messageOf(line, present));
  }
  const split = [...threads].map(([key, [first, ...rest]]): Thread => ({
    kind: key === "loose" ? "loose" : "replies",
    messages: [first!, ...rest],
  }));
  return { threads: split, dangling: links.length - held.length };
}

/** The days of a chat, in the order in which they begin in the file. */
export function daysOf(lines: readonly ChatLine[]): ReadonlyMap<string, readonly ChatLine[]> {
  const days = new Map<string, ChatLine[]>();
  for (const line of lines) {
    const day = days.get(line.day);
    if (day) day.push(line);
    else days.set(line.day, [line]);
  }
  return days;
}

function messageOf(line: ChatLine, present: ReadonlySet<number>): ThreadMessage {
  const earlier = line.answers.filter((answered) => answered < line.line && present.has(answered));
  return earlier.length === 0 ? { line } : { line, replyTo: Math.max(...earlier) };
}

/** Union-find: names the component of a line, undefined for one that no link touches. */
function components(links: readonly { from: number; to: number }[]): (line: number) => number | undefined {
  const parents = new Map<number, number>();
  const root = (line: number): number => {
    let at = line;
    for (let up = parents.get(at); up !== undefined && up !== at; up = parents.get(at)) {
      parents.set(at, parents.get(up) ?? up); // halves the path, so that long threads stay cheap
      at = up;
    }
    return at;
  };
  for (const { from, to } of links) {
    for (const line of [from, to]) if (!parents.has(line)) parents.set(line, line);
    parents.set(root(from), root(to));
  }
  return (line) => parents.has(line) ? root(line) : undefined;
}
