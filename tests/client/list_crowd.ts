/** Few people who do all sorts of things, at random from a seed: what is refused is refused. @module */
import assert from "node:assert/strict";
import {
  type DiscussionId,
  type GroupId,
  type MessageId,
  NOTIFY_LEVELS,
  seq,
  shardOf,
  type UserId,
} from "@gatz/domain";
import { Chance } from "@gatz/testing/chance.ts";
import type { freshId, Person } from "@gatz/testing/test_server.ts";

export interface CrowdOptions {
  /** The first is the one whose lists are looked at. */
  readonly people: readonly Person[];
  readonly group: GroupId;
  readonly seed: number;
  readonly freshId: typeof freshId;
}

/** What somebody does. */
interface Doing {
  readonly actor: Person;
  readonly discussion: DiscussionId;
  /** To whom, where it is done to somebody. */
  readonly user: UserId;
}
type Act = (doing: Doing) => Promise<unknown>;

export class Crowd {
  readonly discussions: DiscussionId[] = [];
  readonly #options: CrowdOptions;
  readonly #chance: Chance;
  readonly #often: readonly Act[];
  readonly #seldom: readonly Act[];
  #said = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#chance = new Chance(options.seed);
    this.#often = [...Object.values(this.#saying()), this.#saying().say];
    this.#seldom = [...Object.values(this.#governing()), ...Object.values(this.#own())];
  }

  get viewer(): Person {
    return this.#options.people[0]!; // there is one
  }

  get others(): readonly Person[] {
    return this.#options.people.slice(1);
  }

  pick<T>(some: readonly T[]): T {
    return this.#chance.of(some);
  }

  async begin(owner: Person): Promise<void> {
    const { people, group, freshId } = this.#options;
    const discussion = freshId("disc", owner.home);
    const members = people.filter((one) => one !== owner).map(({ user }) => user);
    await this.#offer(owner, discussion, { type: "create", body: { group, name: `No. ${++this.#said}`, members } });
    this.discussions.push(discussion);
  }

  async act(): Promise<void> {
    const act = this.pick(this.#chance.happens(0.6) ? this.#often : this.#seldom);
    const { people } = this.#options;
    await act({ actor: this.pick(people), discussion: this.pick(this.discussions), user: this.pick(people).user });
  }

  #saying() {
    return {
      say: (doing) => this.#does(doing, "new-message", this.#content(doing)),
      edit: async (doing) => {
        const said = await this.#some(doing);
        if (said === undefined) return;
        await this.#does({ ...doing, actor: said.writer }, "edit-message", {
          target: said.target,
          ...this.#content(doing),
        });
      },
      react: async (doing) => {
        const said = await this.#some(doing);
        if (said === undefined) return;
        const body = { target: said.target, emoji: this.pick(["👍", "🎉"]), on: this.#chance.happens(0.8) };
        await this.#does(doing, "react-to-message", body);
      },
      mark: async ({ discussion }) => {
        const { api } = this.viewer;
        const { rows: [row] } = await api.discussions.rows.query({ discussions: [discussion] });
        if (row?.kind !== "discussion") return;
        const at = this.#chance.whole(0, row.head);
        if (this.#chance.happens(0.7)) await api.reads.mark.mutate({ discussion, seq: seq(Math.max(at, 1)) });
        else await api.reads.markUnread.mutate({ discussion, seq: seq(at) });
      },
    } satisfies Record<string, Act>;
  }

  #governing() {
    return {
      delete: async (doing) => {
        const said = await this.#some(doing);
        if (said !== undefined) await this.#does(doing, "delete-message", { target: said.target });
      },
      flag: async (doing) => {
        const said = await this.#some(doing);
        if (said !== undefined) await this.#does(doing, "flag-message", { target: said.target });
      },
      begin: () => this.begin(this.pick(this.others)),
      add: (doing) => this.#does(doing, "add-members", { users: [doing.user], historyFrom: this.pick(["all", "now"]) }),
      addAgain: (doing) => this.#does(doing, "add-members", { users: [this.viewer.user], historyFrom: "now" }),
      remove: (doing) => this.#does(doing, "remove-member", { user: doing.user }),
      purge: (doing) => this.#does(doing, "expunge", { author: doing.user, upToSeq: 5, why: "purge" }),
      mute: (doing) => this.#does(doing, "mute-member", { user: doing.user }),
      rename: (doing) => this.#does(doing, "rename", { name: `Now ${++this.#said}` }),
      lock: (doing) => this.#does(doing, this.pick(["lock", "unlock", "unlock"]), {}),
    } satisfies Record<string, Act>;
  }

  #own() {
    const block = (type: "block-user" | "unblock-user") => () =>
      this.#offer(this.viewer, this.viewer.user, { type, body: { user: this.pick(this.others).user } });
    return {
      block: block("block-user"),
      unblock: block("unblock-user"),
      leave: (doing) => this.#does({ ...doing, actor: this.viewer }, "leave", {}),
      notify: ({ discussion }) =>
        this.viewer.api.settings.setDiscussion.mutate({ discussion, notify: this.pick(NOTIFY_LEVELS) })
          .catch(expectNotFound),
    } satisfies Record<string, Act>;
  }

  #content({ user }: Doing) {
    return { text: `No. ${++this.#said}`, mentions: this.#chance.happens(0.3) ? [user] : [], attachments: [] };
  }

  /** One of the messages that somebody sees, and who wrote it. */
  async #some({ actor, discussion }: Doing): Promise<{ target: MessageId; writer: Person } | undefined> {
    const page = await actor.api.messages.byDiscussion.query({ discussion, limit: 10 }).catch(expectNotFound);
    const message = page && page.messages.length > 0 ? this.pick(page.messages) : undefined;
    const writer = this.#options.people.find(({ user }) => user === message?.author);
    return message && writer && { target: message.id, writer };
  }

  #does({ actor, discussion }: Doing, type: string, body: object): Promise<void> {
    return this.#offer(actor, discussion, { type, body });
  }

  async #offer(actor: Person, stream: DiscussionId | UserId, said: { type: string; body: object }): Promise<void> {
    const id = this.#options.freshId(said.type === "new-message" ? "msg" : "evt", shardOf(stream));
    // That type and body belong together is seen to where they are said.
    const draft = { stream, id, version: 1, ...said } as never;
    await actor.api.log.offer.mutate({ stream, drafts: [draft] }).catch(expectNotFound);
  }
}

/** Of who is not there, or not any more. */
function expectNotFound(error: unknown): null {
  const { data } = error as { data?: { code?: string } };
  assert.equal(data?.code, "NotFound", String(error));
  return null;
}
