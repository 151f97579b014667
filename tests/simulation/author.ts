/** What one user does: drafts of all kinds, offered until they have their outcome, now and then twice, or with another content. */
import {
  type DiscussionId,
  type GroupId,
  type HistoryFrom,
  type MessageId,
  type Outcome,
  type Proposal,
  shardOf,
  type StreamId,
  type UserId,
} from "@gatz/domain";
import { newId } from "../../packages/client/src/new_id.ts";
import type { Chance } from "./chance.ts";
import type { Line } from "./line.ts";
import { POISON } from "./postgres/sim_transaction.ts";
import type { World } from "./world.ts";

/** How often each is done. */
const DEEDS = {
  send: 12,
  bundle: 2,
  edit: 3,
  delete: 1,
  react: 4,
  add: 2,
  remove: 1,
  leave: 0.5,
  createTalk: 1,
  addToGroup: 0.7,
  removeFromGroup: 0.7,
  leaveGroup: 0.2,
} as const;
type Deed = keyof typeof DEEDS;

const NO_CONTENT = { mentions: [], attachments: [] } as const;

export class Author {
  readonly #world: World;
  readonly #line: Line;
  readonly #chance: Chance;
  readonly #user: UserId;
  readonly #unfinished = new Set<Promise<void>>();
  #said = 0;

  constructor(world: World, line: Line) {
    this.#world = world;
    this.#line = line;
    this.#user = line.user;
    this.#chance = world.chance.fork(`author ${line.user}`);
  }

  /** Does things until the active phase is over; resolves when all have their outcome. */
  async run(): Promise<void> {
    while (this.#world.phase === "active") {
      await this.#world.time.sleep(this.#chance.happens(0.3) ? 0 : this.#chance.between(1, 250));
      const drafts = this.#deed(this.#chance.weighted(DEEDS));
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
    const again = this.#chance.happens(0.5) ? proposals : proposals.map(reworded);
    if (this.#chance.happens(0.05)) void this.#line.offer(again);
    while (!await this.#hasOutcome(proposals)) {
      if (this.#world.phase !== "healing" && this.#chance.happens(0.5)) break;
    }
    // Somebody who did not see the answer.
    if (this.#chance.happens(0.05)) await this.#line.offer(proposals);
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
    await this.#world.time.sleep(wait * this.#chance.between(0.2, 1.5));
    return false;
  }

  #deed(deed: Deed): readonly Proposal[] {
    const { talks, users, messages, groups } = this.#world;
    if (talks.length === 0) return [];
    const talk = this.#chance.of(talks);
    const other = this.#chance.of(users);
    const message = messages.length === 0 ? null : this.#chance.of(messages.slice(-12));
    switch (deed) {
      case "send":
        return [this.#message(talk.id)];
      case "bundle":
        return Array.from({ length: this.#chance.whole(2, 5) }, () => this.#message(talk.id));
      case "edit":
        return message === null ? [] : [this.#about(message, "edit-message", { ...NO_CONTENT, text: this.#text() })];
      case "delete":
        return message === null ? [] : [this.#about(message, "delete-message", {})];
      case "react": {
        const reaction = { emoji: this.#chance.of(["👍", "🎉"]), on: this.#chance.happens(0.7) };
        return message === null ? [] : [this.#about(message, "react-to-message", reaction)];
      }
      case "add":
        return [this.#event(talk.id, "add-members", { users: [other], historyFrom: this.#historyFrom() })];
      case "remove":
        return [this.#event(talk.id, "remove-member", { user: other })];
      case "leave":
        return [this.#event(talk.id, "leave", {})];
      case "createTalk":
        return this.#createTalk(this.#chance.of(groups));
      case "addToGroup":
        return [this.#event(talk.group, "add-members", { users: [other], historyFrom: "now" })];
      case "removeFromGroup":
        return [this.#event(talk.group, "remove-member", { user: other })];
      case "leaveGroup":
        return [this.#event(talk.group, "leave", {})];
    }
  }

  /** A new discussion on the maker's home, with its first message in the same bundle, or alone. */
  #createTalk(group: GroupId): readonly Proposal[] {
    const { users, talks } = this.#world;
    const id = newId("disc", shardOf(this.#user));
    talks.push({ id, group });
    const members = users.filter((user) => user !== this.#user && this.#chance.happens(0.6));
    const create = this.#event(id, "create", { group, name: "A talk", members });
    return this.#chance.happens(0.5) ? [create, this.#message(id)] : [create];
  }

  #message(talk: DiscussionId): Proposal {
    const id = newId("msg", shardOf(talk));
    this.#world.messages.push({ id, talk });
    const text = this.#chance.happens(0.02) ? `${POISON} ${this.#text()}` : this.#text();
    return { stream: talk, id, type: "new-message", version: 1, actor: this.#user, body: { ...NO_CONTENT, text } };
  }

  #about({ id: target, talk }: { id: MessageId; talk: DiscussionId }, type: string, body: object): Proposal {
    return this.#event(talk, type, { ...body, target });
  }

  #event(stream: StreamId, type: string, body: object): Proposal {
    // One of the shapes of a draft, written so that each deed is one line.
    return {
      stream,
      id: newId("evt", shardOf(stream)),
      type,
      version: 1,
      actor: this.#user,
      body,
    } as unknown as Proposal;
  }

  #historyFrom(): HistoryFrom {
    return this.#chance.of(["all", "now"] as const);
  }

  #text(): string {
    const length = this.#chance.happens(0.05) ? 3_000 : this.#chance.whole(1, 12);
    return `${this.#said++} ${"x".repeat(length)}`;
  }
}

/** The same id with another content (LOG2). */
function reworded(proposal: Proposal): Proposal {
  if (proposal.type !== "new-message") return proposal;
  return { ...proposal, body: { ...proposal.body, text: `${proposal.body.text} or not` } };
}

function isFinal({ kind }: Outcome): boolean {
  return kind === "accepted" || kind === "duplicate" || kind === "rejected";
}
