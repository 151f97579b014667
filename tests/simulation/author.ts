/** What one user does: drafts of all kinds, offered until they have their outcome, now and then twice, or with another content. */
import type { Outcome, Proposal, UserId } from "@gatz/domain";
import type { Chance } from "./chance.ts";
import { type Doer, someDeed } from "./deeds.ts";
import type { Line } from "./line.ts";
import type { World } from "./world.ts";

export class Author implements Doer {
  readonly world: World;
  readonly #line: Line;
  readonly chance: Chance;
  readonly user: UserId;
  readonly #unfinished = new Set<Promise<void>>();
  #said = 0;

  constructor(world: World, line: Line) {
    this.world = world;
    this.#line = line;
    this.user = line.user;
    this.chance = world.chance.fork(`author ${line.user}`);
  }

  /** Does things until the active phase is over; resolves when all have their outcome. */
  async run(): Promise<void> {
    while (this.world.phase === "active") {
      await this.world.time.sleep(this.chance.happens(0.3) ? 0 : this.chance.between(1, 250));
      const drafts = someDeed(this);
      if (drafts.length > 0) this.begin(drafts);
    }
    await Promise.all(this.#unfinished);
  }

  /** Offers in the background. */
  begin(proposals: readonly Proposal[]): void {
    const offering = this.offer(proposals);
    this.#unfinished.add(offering);
    void offering.finally(() => this.#unfinished.delete(offering));
  }

  /** Until each has its final outcome; in the active phase it may be given up before. */
  async offer(proposals: readonly Proposal[]): Promise<void> {
    const again = this.chance.happens(0.5) ? proposals : proposals.map(reworded);
    if (this.chance.happens(0.05)) void this.#line.offer(again);
    while (!await this.#hasOutcome(proposals)) {
      if (this.world.phase !== "healing" && this.chance.happens(0.5)) break;
    }
    // Somebody who did not see the answer.
    if (this.chance.happens(0.05)) await this.#line.offer(proposals);
  }

  /** Until it has its final outcome. */
  async insist(proposal: Proposal): Promise<void> {
    while (!await this.#hasOutcome([proposal]));
  }

  /** Offers once; waits if that brought no outcome. */
  async #hasOutcome(proposals: readonly Proposal[]): Promise<boolean> {
    const outcomes = await this.#line.offer(proposals);
    const last = outcomes?.at(-1);
    if (last !== undefined && isFinal(last)) return true;
    const wait = last?.kind === "not-now" ? last.retryAfterMs : 100;
    await this.world.time.sleep(wait * this.chance.between(0.2, 1.5));
    return false;
  }

  text(): string {
    const length = this.chance.happens(0.05) ? 3_000 : this.chance.whole(1, 12);
    return `${this.#said++} ${"x".repeat(length)}`;
  }
}

/** The same id with another content (LOG2). */
function reworded(proposal: Proposal): Proposal {
  if (proposal.type !== "new-message") return proposal;
  return { ...proposal, body: { ...proposal.body, text: `${proposal.body.text} or not` } };
}

/** Nobody waits for slow mode to pass: a shard's clock may be an hour behind. */
function isFinal(outcome: Outcome): boolean {
  if (outcome.kind === "not-now") return outcome.limiter === "slow-mode";
  return outcome.kind !== "unknown";
}
