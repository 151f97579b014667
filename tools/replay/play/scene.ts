import type { Ack, DiscussionId, EventId, GroupId, MessageId, ShardNumber, UserId } from "@gatz/domain";
import { DiscussionLedger, type Said } from "../ledger/ledger.ts";
import type { Place, ReplayIds } from "../plan/ids.ts";
import { type DayPlan, type DiscussionPlan, type MessageKey, type Nick, type Step, stepsOf } from "../plan/plan.ts";
import type { Account } from "./accounts.ts";
import { draftOf } from "./drafts.ts";

export interface SceneParts {
  readonly day: DayPlan;
  readonly plan: DiscussionPlan;
  readonly group: GroupId;
  readonly accounts: ReadonlyMap<Nick, Account>;
  readonly ids: ReplayIds;
}

/** One discussion while it is played: the plan's symbols as ids, and the ledger of what came back. */
export class Scene {
  readonly plan: DiscussionPlan;
  readonly group: GroupId;
  readonly discussion: DiscussionId;
  readonly ledger: DiscussionLedger;
  readonly #parts: SceneParts;
  readonly #shard: ShardNumber;
  readonly #seqs = new Map<MessageKey, number>();
  /** The source's time of each step, by key. */
  readonly #times: ReadonlyMap<string, number>;

  constructor(parts: SceneParts) {
    this.#parts = parts;
    this.plan = parts.plan;
    this.group = parts.group;
    this.#shard = this.account(parts.plan.creator).home;
    const steps = [parts.plan.first, ...parts.plan.offers.flatMap(stepsOf)];
    this.#times = new Map(steps.map((step) => [step.key, step.at]));
    this.discussion = parts.ids.discussion(...this.#place("discussion"));
    this.ledger = new DiscussionLedger(this.discussion);
  }

  /** For messages to people. */
  get title(): string {
    return `${this.#parts.day.day}, ${this.plan.key}`;
  }

  account(nick: Nick): Account {
    const account = this.#parts.accounts.get(nick);
    if (!account) throw new Error(`${nick} is not of ${this.#parts.day.day}`);
    return account;
  }

  user(nick: Nick): UserId {
    return this.account(nick).user;
  }

  users(nicks: readonly Nick[]): UserId[] {
    return nicks.map((nick) => this.user(nick));
  }

  message(key: MessageKey): MessageId {
    return this.#parts.ids.message(...this.#place(key));
  }

  event(step: string): EventId {
    return this.#parts.ids.event(...this.#place(step));
  }

  /** The seq at which a message was acked. */
  seqOf(key: MessageKey): number {
    const seq = this.#seqs.get(key);
    if (seq === undefined) throw new Error(`${this.title}: ${key} was not acked yet`);
    return seq;
  }

  /** Enters the ack of the creation, which names its first members. */
  created({ seq, at }: Ack): void {
    const body = { group: this.group, members: this.users(this.plan.members) };
    this.ledger.enter({ id: this.event("create"), type: "create", actor: this.user(this.plan.creator), body, seq, at });
  }

  /** Enters the ack of a step. */
  acked(step: Step, { seq, at }: Ack): void {
    if (step.kind === "send") this.#seqs.set(step.key, seq);
    const { id, type, body } = draftOf(step, this);
    this.ledger.enter({ id, type, actor: this.user(step.by), body: body as Said["body"], seq, at });
  }

  #place(key: string): [name: string, place: Place] {
    const at = this.#times.get(key) ?? this.plan.first.at;
    return [`${this.#parts.day.day}/${this.plan.key}/${key}`, { shard: this.#shard, at }];
  }
}
