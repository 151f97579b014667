/** An app without a face: does what it is told with gatz's client, and says all that a face would show. @module */
import { type DiscussionId, type GroupId, type MessageId, unreachable } from "@gatz/domain";
import type { DiscussionActs, GroupActs, OwnActs } from "../../../packages/client/src/app/acts.ts";
import type { Gatz } from "../../../packages/client/src/app/gatz.ts";
import type { OpenDiscussion } from "../../../packages/client/src/app/open_discussion.ts";
import type { OpenGroup } from "../../../packages/client/src/app/open_group.ts";
import type { Observable } from "../../../packages/client/src/observable.ts";
import type { Offer } from "../../../packages/client/src/outbox/contract.ts";
import { answersOf } from "./answers.ts";
import { RowsShown } from "./rows_shown.ts";
import { ALL, discussionState, groupState, showing, shownRow } from "./shown.ts";
import type { Command, Report } from "./speech.ts";

export interface ShellOptions {
  readonly gatz: Gatz;
  readonly viewer: string;
  readonly say: (report: Report) => void;
  /** So many discussions are kept open. */
  readonly open: number;
  /** What changes in them is said so much later, in milliseconds: together with what else does. */
  readonly showMs: number;
}

type Act = Extract<Command, { do: "act" }>;

/** Of a discussion that has more, so many of the newest messages are said. */
const SHOWN = 30;
const LOOK_MS = 50;
/** The list changes with everything: it is said so many times less often than what is open. */
const LIST_MOMENTS = 5;
/** In calm: for all that is pending to end, and for one stream to be whole. */
const REST_MS = 40_000;
const WHOLE_MS = 10_000;

export class Shell {
  readonly #options: ShellOptions;
  /** The one that was looked at last is the last. */
  readonly #open = new Map<string, OpenDiscussion>();
  /** Those that have shown something confirmed. */
  readonly #confirmed = new WeakSet<OpenDiscussion>();
  /** Ids of drafts whose refusal was said. */
  readonly #refused = new Set<string>();
  #isClosed = false;

  constructor(options: ShellOptions) {
    this.#options = options;
    const { refused } = options.gatz;
    const told = () => refused.snapshot().forEach(({ draft, rejection }) => this.#sayRefused(draft.id, rejection.code));
    refused.subscribe(told);
    told();
    this.#sayRows();
  }

  /** An act has been made when this returns. */
  async do(command: Command): Promise<void> {
    switch (command.do) {
      case "act":
        return this.#act(command);
      case "open":
        return void this.#opened(command.stream);
      case "release":
        this.#open.get(command.stream)?.release();
        return void this.#open.delete(command.stream);
      case "older":
        return void await this.#opened(command.stream).older();
      case "mark": {
        const { stream, seq, isUnread } = command;
        const discussion = this.#opened(stream);
        // A seq of the discussion, as far as its user knows.
        await (isUnread ? discussion.markUnread(seq as never) : discussion.markRead(seq as never));
        return;
      }
      case "rest":
        return await this.#rest();
      case "tell":
        return await this.#tell();
      case "close":
        this.#isClosed = true;
        return await this.#options.gatz.close();
      default:
        return unreachable(command);
    }
  }

  #act({ op, stream, type, body }: Act): void {
    const { gatz, say } = this.#options;
    const follow = (at: string, offer: Offer) => {
      say({ say: "made", op, id: offer.id, stream: at });
      this.#follow(offer);
    };
    // Types are those of the stream, and each has the body that goes with it: what else there is its server refuses.
    if (stream === null && "group" in body) {
      const { discussion, offer } = gatz.createDiscussion(body as never);
      return follow(discussion, offer);
    }
    if (stream === null) {
      const { group, offer } = gatz.createGroup(body as never);
      return follow(group, offer);
    }
    if (stream.startsWith("user_")) return follow(stream, gatz.act(type as OwnActs["type"], body as never));
    if (stream.startsWith("disc_")) return follow(stream, inDiscussion(this.#opened(stream), type, body));
    const group = gatz.openGroup(stream as GroupId);
    follow(stream, group.act(type as GroupActs["type"], body as never));
    group.release();
  }

  #follow({ id, stored, outcome }: Offer): void {
    const { say } = this.#options;
    void stored.then(({ kind }) => kind === "kept" && say({ say: "stored", id }));
    void outcome.then((settled) => {
      if (settled.kind === "rejected") return this.#sayRefused(id, settled.code);
      if (settled.kind !== "accepted" && settled.kind !== "duplicate") return;
      say({ say: "outcome", id, outcome: { kind: "acked", seq: settled.seq, at: settled.at } });
    });
  }

  /** Once. Whoever shares the store may say it too. */
  #sayRefused(id: Offer["id"], code: string): void {
    if (this.#refused.has(id)) return;
    this.#refused.add(id);
    this.#options.say({ say: "outcome", id, outcome: { kind: "rejected", code } });
    void this.#options.gatz.dismiss(id);
  }

  #opened(stream: string): OpenDiscussion {
    const { gatz, open } = this.#options;
    const known = this.#open.get(stream);
    this.#open.delete(stream);
    const discussion = known ?? this.#shown(gatz.open(stream as DiscussionId));
    this.#open.set(stream, discussion);
    for (const [other, oldest] of this.#open) {
      if (this.#open.size <= open) break;
      this.#open.delete(other);
      oldest.release();
    }
    return discussion;
  }

  /** Says what it shows, a moment after each change. */
  #shown(discussion: OpenDiscussion): OpenDiscussion {
    later(discussion.picture, this.#options.showMs, () => {
      if (!this.#isClosed && this.#open.get(discussion.id) === discussion) this.#sayShown(discussion, SHOWN);
    });
    return discussion;
  }

  #sayShown(discussion: OpenDiscussion, most: number): void {
    const { gatz: { incarnation }, say, viewer } = this.#options;
    const picture = discussion.picture.snapshot();
    // Just opened, it shows at most what is pending: nothing is confirmed yet.
    if (picture.asOf > 0) this.#confirmed.add(discussion);
    if (picture.status !== "ready" || incarnation === null || !this.#confirmed.has(discussion)) return;
    say({ say: "shows", stream: discussion.id, incarnation, ...showing(picture, { viewer, most }) });
  }

  /** The rows of the list that have changed, a moment after they did. */
  #sayRows(): void {
    const { gatz, say, showMs } = this.#options;
    const shown = new RowsShown();
    later(gatz.discussions, LIST_MOMENTS * showMs, ({ rows }) => {
      const { incarnation } = gatz;
      if (this.#isClosed || incarnation === null) return;
      const changed = shown.changed(rows);
      if (changed.length > 0) say({ say: "rows", incarnation, rows: changed });
    });
  }

  async #rest(): Promise<void> {
    const { gatz, say } = this.#options;
    const isAtRest = () => gatz.status.snapshot().kind === "live" && gatz.pending.snapshot().size === 0;
    await becomes(isAtRest, REST_MS);
    const pending = [...gatz.pending.snapshot().values()].flat();
    say({ say: "rests", pending: pending.map(({ draft }) => draft.id), status: gatz.status.snapshot().kind });
  }

  async #tell(): Promise<void> {
    const { gatz, say } = this.#options;
    await becomes(() => gatz.discussions.snapshot().isWhole && gatz.groups.snapshot().isWhole, WHOLE_MS);
    const { rows } = gatz.discussions.snapshot();
    say({ say: "list", rows: rows.map(shownRow) });
    for (const { id } of rows) await this.#tellDiscussion(gatz.open(id));
    for (const { id } of gatz.groups.snapshot().rows) await this.#tellGroup(gatz.openGroup(id));
    say({ say: "told" });
  }

  async #tellDiscussion(discussion: OpenDiscussion): Promise<void> {
    const { picture } = discussion;
    await becomes(() => isWhole(picture.snapshot()), WHOLE_MS);
    for (let isMore = true; isMore;) isMore = await discussion.older() === "more";
    this.#sayShown(discussion, ALL);
    const { asOf: head, discussion: state } = picture.snapshot();
    if (state !== null) this.#options.say({ say: "state", stream: discussion.id, head, ...discussionState(state) });
    await becomes(() => answersOf(discussion).every(({ isAccepted }) => isAccepted !== null), WHOLE_MS);
    this.#options.say({ say: "can", stream: discussion.id, at: Date.now(), answers: answersOf(discussion) });
    discussion.release();
  }

  async #tellGroup(group: OpenGroup): Promise<void> {
    const { picture } = group;
    await becomes(() => isWhole(picture.snapshot()), WHOLE_MS);
    const { asOf: head, group: state } = picture.snapshot();
    if (state !== null) this.#options.say({ say: "state", stream: group.id, head, ...groupState(state) });
    group.release();
  }
}

/** By the methods that apps have for it. */
function inDiscussion(discussion: OpenDiscussion, type: string, body: Act["body"]): Offer {
  // As in `Shell.#act`.
  const { target, ...content } = body as { readonly target: MessageId; readonly text?: string };
  if (type === "new-message") return discussion.send(content);
  if (type === "edit-message") {
    // One that is not here yet is edited whole.
    const isHere = discussion.picture.snapshot().byId.has(target);
    const whole = { text: "", mentions: [], attachments: [], ...content, target };
    return isHere ? discussion.edit(target, content) : discussion.act("edit-message", whole);
  }
  return discussion.act(type as DiscussionActs["type"], body as never);
}

/** Calls back with what it is by then, a moment after it has changed. */
function later<T>({ subscribe, snapshot }: Observable<T>, ms: number, act: (value: T) => void): void {
  let isWaiting = false;
  subscribe(() => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      act(snapshot());
    }, ms);
  });
}

function isWhole({ status, isBehind }: { readonly status: string; readonly isBehind: boolean }): boolean {
  return status === "ready" && !isBehind;
}

/** Waits until something is so, or for so many milliseconds. */
async function becomes(isSo: () => boolean, withinMs: number): Promise<void> {
  for (let left = withinMs; left > 0 && !isSo(); left -= LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
