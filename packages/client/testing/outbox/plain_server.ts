/** What a server answers, by the plainest reading of LOG2, LOG4 and LOG9: it shares no code with gatz. @module */
import { type Draft, type Incarnation, incarnation, type Outcome, type Seq, seq, unixMs } from "@gatz/domain";
import type { Chance } from "@gatz/testing/chance.ts";
import type { Offered } from "../../src/server/contract.ts";
import type { Trouble } from "../../src/trouble.ts";
import type { Clock } from "./clock.ts";

interface Accepted {
  readonly draft: Draft;
  readonly seq: Seq;
  readonly at: number;
}

/** How often what happens to a draft; each from 0 to 1. */
export interface Odds {
  readonly rejected: number;
  readonly notNow: number;
  readonly unknown: number;
}
export const CALM: Odds = { rejected: 0, notNow: 0, unknown: 0 };

/** The text of a message that no server can read. */
export const UNREADABLE = "unreadable";

export class PlainServer {
  odds: Odds = CALM;
  /** What is in the log of the present life, in the order of the commits. */
  log: readonly Accepted[] = [];
  /** All that was ever in a log, by life. */
  readonly everAccepted: { readonly life: Incarnation; readonly id: string; readonly seq: Seq }[] = [];
  /** The ids of all drafts that ever came in. */
  readonly seen = new Set<string>();
  readonly counts = { accepted: 0, duplicate: 0, rejected: 0, restored: 0 };
  #life = 1;
  readonly #clock: Clock;
  readonly #chance: Chance;

  constructor(clock: Clock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  get life(): Incarnation {
    return incarnation(`life ${this.#life}`);
  }

  /** Another life, in which the newest events have never been. */
  restore({ losing }: { readonly losing: number }): void {
    this.#life++;
    this.counts.restored++;
    this.log = this.log.slice(0, Math.max(0, this.log.length - losing));
  }

  heads(): ReadonlyMap<Draft["stream"], Seq> {
    return new Map(this.log.map(({ draft, seq }) => [draft.stream, seq]));
  }

  /** A bundle: up to the first draft that is neither accepted nor a duplicate, one outcome per draft tried. */
  offer(offered: readonly Draft[]): Offered | Trouble {
    // What has gone over a wire is a copy.
    const drafts: readonly Draft[] = JSON.parse(JSON.stringify(offered));
    for (const { id } of drafts) this.seen.add(id);
    if (drafts.some((draft) => draft.type === "new-message" && draft.body.text === UNREADABLE)) {
      return { kind: "trouble", again: false, code: "Malformed", problem: "unreadable", retryAfterMs: 0 };
    }
    const outcomes: Outcome[] = [];
    for (const draft of drafts) {
      const outcome = this.#decide(draft);
      outcomes.push(outcome);
      if (outcome.kind !== "accepted" && outcome.kind !== "duplicate") break;
    }
    return { incarnation: this.life, outcomes };
  }

  #decide(draft: Draft): Outcome {
    const known = this.log.find((one) => one.draft.id === draft.id);
    if (known !== undefined) {
      if (JSON.stringify(known.draft) !== JSON.stringify(draft)) return { kind: "rejected", code: "EventIdReused" };
      this.counts.duplicate++;
      return { kind: "duplicate", id: draft.id, seq: known.seq, at: unixMs(known.at) };
    }
    const chance = this.#chance;
    if (chance.happens(this.odds.notNow)) return { kind: "not-now", reason: "Busy", retryAfterMs: 50 };
    if (chance.happens(this.odds.unknown)) return { kind: "unknown" };
    if (!this.#exists(draft) || chance.happens(this.odds.rejected)) {
      this.counts.rejected++;
      return { kind: "rejected", code: this.#exists(draft) ? "Forbidden" : "NotFound" };
    }
    this.counts.accepted++;
    const accepted = { draft, seq: seq((this.heads().get(draft.stream) ?? 0) + 1), at: this.#clock.now() };
    this.log = [...this.log, accepted];
    this.everAccepted.push({ life: this.life, id: draft.id, seq: accepted.seq });
    return { kind: "accepted", id: draft.id, seq: accepted.seq, at: unixMs(accepted.at) };
  }

  /** Nothing is said in what has not begun, and nothing begins in a group that has not. */
  #exists(draft: Draft): boolean {
    const hasBegun = (stream: string) => this.log.some((one) => one.draft.stream === stream);
    if (draft.type !== "create") return hasBegun(draft.stream);
    return "group" in draft.body ? hasBegun(draft.body.group) : true;
  }
}
