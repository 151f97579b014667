/** What a server answers, by the plainest reading of LOG2, LOG4 and LOG9: it shares no code with gatz. @module */
import { type Draft, type Incarnation, incarnation, type Outcome, type Seq, seq, shardOf, unixMs } from "@gatz/domain";
import type { Chance } from "@gatz/testing/chance.ts";
import type { Offered, Server } from "../../src/server/contract.ts";
import { CUT, type Trouble } from "../../src/trouble.ts";
import type { Clock } from "./clock.ts";
import type { TabLife } from "./tab_life.ts";

interface Accepted {
  readonly draft: Draft;
  readonly seq: Seq;
  readonly at: number;
}

/** How often what happens to a call or to a draft; each from 0 to 1. */
export interface Odds {
  readonly lostBefore: number;
  readonly lostAfter: number;
  readonly rejected: number;
  readonly notNow: number;
  readonly unknown: number;
}
export const CALM: Odds = { lostBefore: 0, lostAfter: 0, rejected: 0, notNow: 0, unknown: 0 };

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
  readonly counts = { accepted: 0, duplicate: 0, rejected: 0, lost: 0, restored: 0 };
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
  offer(drafts: readonly Draft[]): Offered | Trouble {
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

/** One tab's way to it. */
export class Wire implements Pick<Server, "offer"> {
  readonly #server: PlainServer;
  readonly #clock: Clock;
  readonly #chance: Chance;
  /** Those that have not reached the server, and what loses them. */
  readonly #underWay = new Map<() => void, () => void>();
  readonly #life: TabLife;
  /** Shards that do not answer. */
  readonly stuck: ReadonlySet<number>;

  constructor(
    server: PlainServer,
    parts: {
      readonly clock: Clock;
      readonly chance: Chance;
      readonly life: TabLife;
      readonly stuck: ReadonlySet<number>;
    },
  ) {
    this.#server = server;
    this.#life = parts.life;
    this.#clock = parts.clock;
    this.#chance = parts.chance;
    this.stuck = parts.stuck;
  }

  offer(stream: Draft["stream"], drafts: readonly Draft[]): Promise<Offered | Trouble> {
    // What goes over a wire is a copy.
    const sent: readonly Draft[] = JSON.parse(JSON.stringify(drafts));
    const chance = this.#chance;
    const { lostBefore, lostAfter } = this.#server.odds;
    return new Promise((resolve) => {
      if (this.#life.isOver) return;
      const answer = (given: Offered | Trouble) =>
        this.#clock.after(chance.between(0, 20), () => void this.#life.awake().then(() => resolve(given)));
      const reach = () => {
        if (!this.#underWay.delete(reach)) return;
        if (this.stuck.has(shardOf(stream))) {
          const outcomes: Outcome[] = [{ kind: "not-now", reason: "Unavailable", retryAfterMs: 100 }];
          return this.#clock.after(2_000, () => answer({ incarnation: this.#server.life, outcomes }));
        }
        if (chance.happens(lostBefore)) return this.#lose(answer);
        const given = this.#server.offer(sent);
        return chance.happens(lostAfter) ? this.#lose(answer) : answer(given);
      };
      this.#underWay.set(reach, () => this.#lose(answer));
      this.#clock.after(chance.between(0, 20), reach);
    });
  }

  /** Its connection ends: what was under way has arrived now, or never does. */
  cut(): void {
    for (const [reach, lose] of [...this.#underWay]) {
      if (this.#chance.happens(0.5)) reach();
      else if (this.#underWay.delete(reach)) lose();
    }
  }

  #lose(answer: (given: Trouble) => void): void {
    this.#server.counts.lost++;
    this.#clock.after(this.#chance.between(0, 100), () => answer(CUT));
  }
}
