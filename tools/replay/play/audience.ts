import { setTimeout as sleep } from "node:timers/promises";
import { follow, type Following } from "../follow/follower.ts";
import { type Relay, startRelay } from "../follow/relay.ts";
import type { Difference } from "../judge/difference.ts";
import type { Follower } from "../plan/plan.ts";
import type { Company } from "./group.ts";
import type { Scene } from "./scene.ts";

/** How much of the day's discussions is over when the latecomers come, and when connections are cut. */
const LATE = 0.5;
const CUTS = [0.15, 0.4, 0.6, 0.85];
/** How long a cut lasts: from at once to longer than the client's first attempts. */
const CUT_MS = [0, 150, 600, 50];

export interface AudienceOptions {
  readonly url: string;
  readonly company: Company;
  readonly scenes: readonly Scene[];
}

/** What followers saw, all together. */
export interface AudienceCounts {
  readonly followers: number;
  readonly events: number;
  readonly repeated: number;
  readonly reconnects: number;
  readonly behind: number;
}

/** The followers of one day. */
export class Audience implements AsyncDisposable {
  readonly #options: AudienceOptions;
  readonly #following: Following[] = [];
  readonly #relays: Relay[] = [];
  readonly #due: { readonly at: number; readonly act: () => Promise<void> }[] = [];

  constructor(options: AudienceOptions) {
    this.#options = options;
    const late = options.company.day.followers.filter((follower) => follower.kind === "late");
    this.#due.push({ at: LATE, act: () => this.#begin(late) });
    CUTS.forEach((at, i) => this.#due.push({ at, act: () => this.#cut(CUT_MS[i]!) }));
  }

  /** Those who follow from the beginning begin. */
  async enter(): Promise<void> {
    await this.#begin(this.#options.company.day.followers.filter((follower) => follower.kind !== "late"));
  }

  /** Does what is due when this part of the discussions, from 0 to 1, is over. */
  async progress(part: number): Promise<void> {
    const due = this.#due.filter(({ at }) => at <= part);
    for (const one of due) this.#due.splice(this.#due.indexOf(one), 1);
    for (const { act } of due) await act();
  }

  /** Every discussion that a follower was ever in, by follower. */
  views(): { readonly following: Following; readonly scene: Scene }[] {
    return this.#following.flatMap((following) =>
      this.#scenesOf(following.account.nick).map((scene) => ({ following, scene }))
    );
  }

  /** What was wrong with a feed, though its contents ended right. */
  async fault(): Promise<Difference | null> {
    for (const { account, notebook, failure } of this.#following) {
      await notebook.settled();
      if (failure() !== undefined) {
        return { about: `the feed of ${account.nick}`, path: "", expected: "open", found: String(failure()) };
      }
    }
    return this.#following.flatMap(({ notebook }) => notebook.faults)[0] ?? null;
  }

  counts(): AudienceCounts {
    const sum = (of: (following: Following) => number) => this.#following.reduce((total, one) => total + of(one), 0);
    return {
      followers: this.#following.length,
      events: sum(({ notebook }) => notebook.counts.events),
      repeated: sum(({ notebook }) => notebook.counts.repeated),
      reconnects: sum((following) => following.reconnects()),
      behind: sum(({ notebook }) => notebook.counts.behind),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#following.map((following) => following.stop()));
    await Promise.all(this.#relays.map((relay) => relay.close()));
  }

  async #begin(followers: readonly Follower[]): Promise<void> {
    const { url, company: { accounts } } = this.#options;
    await Promise.all(followers.map(async ({ nick, kind }) => {
      const account = accounts.get(nick);
      if (!account) throw new Error(`${nick} is not of this day`);
      const relay = kind === "cut" ? startRelay(url) : undefined;
      if (relay) this.#relays.push(relay);
      const discussions = new Set(this.#scenesOf(nick).map((scene) => scene.discussion));
      this.#following.push(await follow({ url, feedUrl: relay?.url ?? url, account, discussions }));
    }));
  }

  #scenesOf(nick: string): readonly Scene[] {
    return this.#options.scenes.filter((scene) => scene.plan.everybody.includes(nick));
  }

  async #cut(forMs: number): Promise<void> {
    const healed = sleep(forMs);
    await Promise.all(this.#relays.map((relay) => relay.cut(healed)));
  }
}
