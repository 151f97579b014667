import type { ChatLine } from "../chat/parse.ts";
import { daysOf, type Thread, threadsOf } from "../chat/threads.ts";
import { planDiscussion } from "./discussion.ts";
import {
  type Blocking,
  type DayPlan,
  type Departure,
  type DiscussionPlan,
  type Follower,
  type Nick,
  peopleOf,
  type ReplayPlan,
} from "./plan.ts";
import { type Chance, chanceFrom } from "./random.ts";
import { PLANTED_TEXTS, type PlantedText } from "./texts.ts";

export interface PlanOptions {
  readonly seed: string;
  /** Names the chat in ids. */
  readonly source: string;
  /** False leaves out the planted texts at the limit of a message's size. */
  readonly longTexts: boolean;
}

const DEPARTURES = 2;
const ADDED_LATER = 0.2;

/** Plans the replay of a chat. The same lines and options give the same plan. */
export function planReplay(lines: readonly ChatLine[], options: PlanOptions): ReplayPlan {
  const days = [...daysOf(lines)].map(([day, its]) => planDay(day, its, options));
  const dayCounts = new Map<Nick, number>();
  for (const nick of days.flatMap(peopleOf)) dayCounts.set(nick, (dayCounts.get(nick) ?? 0) + 1);
  const isFree = (nick: Nick) => dayCounts.get(nick) === 1;
  const blocking = days.map((day) => ({ ...day, blockings: blockingsOf(day, isFree) }));
  return { seed: options.seed, source: options.source, days: blocking };
}

function planDay(day: string, lines: readonly ChatLine[], options: PlanOptions): DayPlan {
  const chance = chanceFrom(options.seed, options.source, day);
  const { threads, dangling } = threadsOf(lines);
  const people = [...new Set(lines.map((line) => line.nick))];
  const planted = sharedOut(threads, { texts: plantable(options), chance });
  const discussions = threads.map((thread) => {
    const first = thread.messages[0].line.line;
    const seeded = chanceFrom(options.seed, options.source, day, first);
    return planDiscussion({ day, thread, people, planted: planted.get(thread) ?? [], chance: seeded });
  });
  const [owner, ...others] = people;
  if (owner === undefined) throw new Error(`nobody spoke on ${day}`);
  const addedLater = others.filter(() => chance.once(ADDED_LATER));
  const departures = departuresOf(discussions, { others, chance });
  return {
    day,
    name: `#ubuntu ${day}`,
    at: Date.parse(`${day}T00:00:00Z`),
    owner,
    members: others.filter((nick) => !addedLater.includes(nick)),
    addedLater,
    discussions,
    departures,
    followers: followersOf(discussions, departures),
    blockings: [],
    dangling,
  };
}

function plantable({ longTexts }: PlanOptions): readonly PlantedText[] {
  return PLANTED_TEXTS.filter((planted) => longTexts || !planted.long);
}

/** Every text into some thread of the day. */
function sharedOut(
  threads: readonly Thread[],
  { texts, chance }: { texts: readonly PlantedText[]; chance: Chance },
): ReadonlyMap<Thread, PlantedText[]> {
  const shares = new Map<Thread, PlantedText[]>();
  for (const text of texts) {
    const thread = chance.pick(threads);
    shares.set(thread, [...shares.get(thread) ?? [], text]);
  }
  return shares;
}

/** Those who go out of the group at the end; not somebody whom a discussion's check needs. */
function departuresOf(
  discussions: readonly DiscussionPlan[],
  { others, chance }: { others: readonly Nick[]; chance: Chance },
): Departure[] {
  const needed = new Set(discussions.map((discussion) => discussion.witness));
  const free = others.filter((nick) => !needed.has(nick));
  return chance.some(free, DEPARTURES).map((nick, index) => ({ nick, kind: index === 0 ? "removed" : "leaves" }));
}

/** The three who are in most discussions, one by kind; one who departs; one who came into a discussion late. */
function followersOf(discussions: readonly DiscussionPlan[], departures: readonly Departure[]): Follower[] {
  const counts = new Map<Nick, number>();
  for (const nick of discussions.flatMap((discussion) => discussion.everybody)) {
    counts.set(nick, (counts.get(nick) ?? 0) + 1);
  }
  const busiest = [...counts].sort((one, other) => other[1] - one[1]).map(([nick]) => nick);
  const chosen = new Map<Nick, Follower["kind"]>();
  const choose = (nick: Nick | undefined, kind: Follower["kind"]) => {
    if (nick !== undefined && !chosen.has(nick)) chosen.set(nick, kind);
  };
  choose(busiest[0], "steady");
  choose(busiest[1], "cut");
  choose(busiest[2], "late");
  choose(departures[0]?.nick, "steady");
  choose(discussions.flatMap(addedTo).find((nick) => !chosen.has(nick)), "cut");
  return [...chosen].map(([nick, kind]) => ({ nick, kind }));
}

/** Each follower whom no other day needs blocks somebody of the kind, who was in most of their discussions. */
function blockingsOf({ discussions, followers, departures }: DayPlan, isFree: (nick: Nick) => boolean): Blocking[] {
  const gone = new Set(departures.map(({ nick }) => nick));
  return followers.flatMap(({ nick: by }) => {
    if (!isFree(by) || gone.has(by)) return [];
    const theirs = discussions.filter(({ everybody }) => everybody.includes(by));
    const met = theirs.flatMap(({ everybody }) => everybody).filter((nick) => nick !== by && isFree(nick));
    const counts = Map.groupBy(met, (nick) => nick);
    const [most] = [...counts].sort(([, one], [, other]) => other.length - one.length);
    return most === undefined ? [] : [{ by, user: most[0] }];
  });
}

function addedTo(discussion: DiscussionPlan): Nick[] {
  return discussion.offers.flatMap((offer) =>
    offer.kind === "single" && offer.step.kind === "add" ? [offer.step.user] : []
  );
}
