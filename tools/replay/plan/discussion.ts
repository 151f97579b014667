import type { Thread, ThreadMessage } from "../chat/threads.ts";
import { addChanges, plant } from "./additions.ts";
import type { DiscussionPlan, History, MessageKey, Nick, Send } from "./plan.ts";
import { offersOf } from "./offers.ts";
import type { Chance } from "./random.ts";
import { addRules } from "./rules.ts";
import { Stage } from "./stage.ts";
import type { PlantedText } from "./texts.ts";

const RATES = {
  lateAuthor: 0.25,
  lurker: 0.15,
  lurkerGoes: 0.6,
  lurkerReturns: 0.4,
  authorGoes: 0.08,
  creatorGoes: 0.1,
};
/** Shorter discussions are left as they are: nobody comes late or only to read. */
const LONG_ENOUGH = 4;
const NAME = 60;

export interface DiscussionBrief {
  readonly day: string;
  readonly thread: Thread;
  /** Everybody of the day. */
  readonly people: readonly Nick[];
  readonly planted: readonly PlantedText[];
  readonly chance: Chance;
}

/** Plans one discussion: the thread's messages in order, and around them what the source lacks. */
export function planDiscussion(brief: DiscussionBrief): DiscussionPlan {
  const { day, thread, chance } = brief;
  const { messages } = thread;
  const creator = messages[0].line.nick;
  const authors = [...new Set(messages.map((message) => message.line.nick))];
  const late = lateAuthors(brief, authors);
  const members = authors.filter((nick) => nick !== creator && !late.has(nick));
  const stage = new Stage(creator, members);
  const visit = planVisit(brief, authors);
  const plantAfter = new Map(brief.planted.map((planted) => [planted, chance.below(messages.length)]));
  messages.forEach((message, index) => {
    stage.at = Date.parse(`${day}T${message.line.time}:00Z`);
    const by = message.line.nick;
    if (!stage.presence.has(by)) stage.add(creator, by, historyFor(stage, messages.slice(index), chance));
    stage.send(sendOf(message, authors));
    if (visit?.from === index) stage.add(creator, visit.nick, anyHistory(stage, chance));
    addChanges(stage, creator, chance);
    addRules(stage, creator, chance);
    for (const [planted, after] of plantAfter) if (after === index) plant(stage, { planted, chance });
    if (visit?.to === index) goAndReturn(stage, { creator, nick: visit.nick, chance });
  });
  const witness = someGo(stage, { creator, members, chance });
  const [first, ...rest] = stage.steps;
  if (first?.kind !== "send") throw new Error("a discussion begins with a message");
  const key = thread.kind === "loose" ? "loose" : `line-${messages[0].line.line}`;
  const name = thread.kind === "loose" ? `#ubuntu ${day}, everything else` : nameOf(messages[0].line.text);
  const everybody = stage.presence.everybody();
  return { key, name, creator, members, witness, first, offers: offersOf(rest, chance), everybody };
}

function messageKey(line: number): MessageKey {
  return `line-${line}`;
}

function sendOf({ line, replyTo }: ThreadMessage, authors: readonly Nick[]): Omit<Send, "at" | "kind"> {
  return {
    key: messageKey(line.line),
    by: line.nick,
    text: line.text,
    mentions: mentionsIn(line.text, authors),
    ...(replyTo !== undefined && { replyTo: messageKey(replyTo) }),
  };
}

/** On IRC one addresses somebody by `nick: ` or `nick, ` in front. */
function mentionsIn(text: string, people: readonly Nick[]): Nick[] {
  const addressed = /^(\S+?)[:,]\s/.exec(text)?.[1]?.toLowerCase();
  return people.filter((nick) => nick.toLowerCase() === addressed).slice(0, 1);
}

/** Long first messages are shortened: a name is no text. */
function nameOf(text: string): string {
  const points = [...text.trim()];
  return points.length <= NAME ? points.join("") : `${points.slice(0, NAME - 1).join("").trimEnd()}…`;
}

function lateAuthors({ thread, chance }: DiscussionBrief, authors: readonly Nick[]): ReadonlySet<Nick> {
  if (thread.messages.length < LONG_ENOUGH) return new Set();
  const early = new Set(thread.messages.slice(0, 2).map((message) => message.line.nick));
  return new Set(authors.filter((nick) => !early.has(nick) && chance.once(RATES.lateAuthor)));
}

/** As little as the joiner's own later replies need, or more. */
function historyFor(stage: Stage, ahead: readonly ThreadMessage[], chance: Chance): History {
  const joiner = ahead[0]!.line.nick;
  const answered = ahead.filter((message) => message.line.nick === joiner && message.replyTo !== undefined)
    .map((message) => messageKey(message.replyTo!))
    .filter((key) => stage.stepOf(key) !== undefined)
    .sort((one, other) => stage.stepOf(one)! - stage.stepOf(other)!);
  const earliest = answered[0];
  if (earliest === undefined) return anyHistory(stage, chance);
  return chance.once(0.5) ? { kind: "all" } : { kind: "from", message: earliest };
}

function anyHistory(stage: Stage, chance: Chance): History {
  const kind = chance.pick(["all", "now", "from"] as const);
  const message = stage.standing()[0]?.key;
  return kind !== "from" ? { kind } : message === undefined ? { kind: "now" } : { kind, message };
}

interface Visit {
  readonly nick: Nick;
  /** Numbers of the thread's messages. */
  readonly from: number;
  readonly to: number;
}

/** Somebody of the day who only reads along for a while. */
function planVisit({ thread, people, chance }: DiscussionBrief, authors: readonly Nick[]): Visit | undefined {
  const others = people.filter((nick) => !authors.includes(nick));
  const length = thread.messages.length;
  if (length < LONG_ENOUGH || others.length === 0 || !chance.once(RATES.lurker)) return undefined;
  const from = chance.below(length - 2);
  return { nick: chance.pick(others), from, to: from + 1 + chance.below(length - from - 1) };
}

interface Visitor {
  readonly creator: Nick;
  readonly nick: Nick;
  readonly chance: Chance;
}

function goAndReturn(stage: Stage, { creator, nick, chance }: Visitor): void {
  if (!stage.presence.has(nick) || !chance.once(RATES.lurkerGoes)) return;
  if (chance.once(0.5)) stage.leave(nick);
  else stage.remove(creator, nick, "only reading");
  if (chance.once(RATES.lurkerReturns)) stage.add(creator, nick, anyHistory(stage, chance));
}

interface Ending {
  readonly creator: Nick;
  readonly members: readonly Nick[];
  readonly chance: Chance;
}

/** At the end some authors go, at times the creator, who owns it. Returns somebody who was there all the time. */
function someGo(stage: Stage, { creator, members, chance }: Ending): Nick {
  const creatorGoes = members.length > 0 && chance.once(RATES.creatorGoes);
  const witness = creatorGoes ? members[0]! : creator;
  for (const nick of stage.presence.present()) {
    if (nick === creator || nick === witness || !chance.once(RATES.authorGoes)) continue;
    if (chance.once(0.5)) stage.leave(nick);
    else stage.remove(creator, nick, "the discussion is over");
  }
  if (creatorGoes) stage.leave(creator);
  return witness;
}
