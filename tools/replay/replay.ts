/** A whole replay against a running server. @module */
import type { DayPlan, ReplayPlan } from "./plan/plan.ts";
import { peopleOf, stepsOf } from "./plan/plan.ts";
import { replayIds } from "./plan/ids.ts";
import { Accounts } from "./play/accounts.ts";
import type { AudienceCounts } from "./play/audience.ts";
import { Connections } from "./play/connections.ts";
import { playDay } from "./play/day.ts";
import type { Production } from "./play/production.ts";
import { Tally } from "./play/tally.ts";
import { Turns } from "./play/turns.ts";

export interface ReplayOptions {
  /** The server, in development mode (`auth.devSignIn`), without a trailing slash. */
  readonly url: string;
  readonly plan: ReplayPlan;
  readonly daysAtOnce: number;
  readonly discussionsAtOnce: number;
  /** WebSockets of authors open at once; followers have theirs besides. */
  readonly sockets: number;
  /** Called with how many events were acked just now. */
  readonly onAck: (events: number) => void;
}

export interface ReplayReport {
  readonly days: number;
  readonly people: number;
  readonly discussions: number;
  readonly messages: number;
  /** Events that this run added; and those that the server had from an earlier one. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly discussionsJudged: number;
  readonly viewsJudged: number;
  readonly audience: AudienceCounts;
  readonly seconds: number;
}

/**
 * Plays the plan and judges every day when it is over.
 * @throws {Disagreement | Refused | GaveUp} the first thing that went wrong, when nothing runs any more
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { url, plan } = options;
  const began = performance.now();
  const stop = new AbortController();
  const production: Production = {
    url,
    stop,
    ids: replayIds(plan.seed, plan.source),
    accounts: new Accounts({ url, plan, stop }),
    connections: new Connections({ url, sockets: options.sockets }),
    tally: new Tally(options.onAck),
    turns: new Turns(options.discussionsAtOnce, stop),
  };
  try {
    const audiences = await new Turns(options.daysAtOnce, stop).all(plan.days, (day) => playDay(production, day));
    return reportOf(production, { plan, audiences, seconds: (performance.now() - began) / 1000 });
  } finally {
    await production.connections.close();
  }
}

/** How many events a plan offers. */
export function eventsIn(plan: ReplayPlan): number {
  return plan.days.reduce((sum, day) => sum + eventsOfDay(day), 0);
}

function eventsOfDay(day: DayPlan): number {
  const group = 1 + Math.min(1, day.addedLater.length) + day.departures.length + day.blockings.length;
  // A discussion is two events, its creation and its first message, and its offers.
  return day.discussions.reduce((sum, { offers }) => sum + 2 + offers.flatMap(stepsOf).length, group);
}

interface Ended {
  readonly plan: ReplayPlan;
  readonly audiences: readonly AudienceCounts[];
  readonly seconds: number;
}

function reportOf({ tally }: Production, { plan, audiences, seconds }: Ended): ReplayReport {
  const { accepted, duplicates, messages, discussionsJudged, viewsJudged } = tally;
  return {
    days: plan.days.length,
    people: new Set(plan.days.flatMap(peopleOf)).size,
    discussions: plan.days.reduce((sum, day) => sum + day.discussions.length, 0),
    ...{ messages, accepted, duplicates, discussionsJudged, viewsJudged, seconds },
    audience: audiences.reduce(added, { followers: 0, events: 0, repeated: 0, reconnects: 0, behind: 0 }),
  };
}

function added(one: AudienceCounts, other: AudienceCounts): AudienceCounts {
  return {
    followers: one.followers + other.followers,
    events: one.events + other.events,
    repeated: one.repeated + other.repeated,
    reconnects: one.reconnects + other.reconnects,
    behind: one.behind + other.behind,
  };
}
