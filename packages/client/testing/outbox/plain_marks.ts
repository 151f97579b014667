/** Marks and settings of one user by the plainest reading of READ1: it shares no code with gatz. @module */
import { type DiscussionId, incarnation, type NotifyLevel, type ReadMark, rev, type Seq, seq } from "@gatz/domain";
import type { Server } from "../../src/server/contract.ts";

type Answer<M extends "mark" | "markUnread" | "notify"> = Exclude<
  Awaited<ReturnType<Server[M]>>,
  { readonly kind: "trouble" }
>;
interface Given {
  readonly discussion: DiscussionId;
  readonly seq: number;
  readonly epoch?: number | undefined;
}

const LIFE = incarnation("one");
const NOTHING: ReadMark = { epoch: 0, seq: seq(0) };

export class PlainMarks {
  readonly levels = new Map<DiscussionId, NotifyLevel>();
  readonly #marks = new Map<DiscussionId, ReadMark>();
  /** Calls that came in, with how many marks. */
  readonly calls: number[] = [];
  #rev = 0;

  markOf(discussion: DiscussionId): ReadMark {
    return this.#marks.get(discussion) ?? NOTHING;
  }

  mark(given: readonly Given[], { silent }: { readonly silent: ReadonlySet<DiscussionId> }): Answer<"mark"> {
    this.calls.push(given.length);
    const marks = given.map((one): Answer<"mark">["marks"][number] =>
      silent.has(one.discussion)
        ? { kind: "unavailable", discussion: one.discussion }
        : { kind: "marked", mark: this.#raise(one, 0) }
    );
    return { incarnation: LIFE, marks };
  }

  markUnread(given: Given): Answer<"markUnread"> {
    this.calls.push(1);
    return { incarnation: LIFE, mark: this.#raise(given, 1) };
  }

  notify(discussion: DiscussionId, notify: NotifyLevel): Answer<"notify"> {
    this.calls.push(1);
    this.levels.set(discussion, notify);
    return { incarnation: LIFE, setting: { discussion, notify, rev: rev(++this.#rev) } };
  }

  /** A mark is about the epoch that its maker knows, which is none that is yet to come. The greater of two stands. */
  #raise({ discussion, seq: to, epoch }: Given, by: 0 | 1) {
    const stands = this.markOf(discussion);
    const wanted: ReadMark = { epoch: Math.min(epoch ?? stands.epoch, stands.epoch) + by, seq: to as Seq };
    if (isGreater(wanted, stands)) this.#marks.set(discussion, wanted);
    return { discussion, ...this.markOf(discussion), rev: rev(++this.#rev) };
  }
}

export const isGreater = (a: ReadMark, b: ReadMark): boolean =>
  a.epoch > b.epoch || (a.epoch === b.epoch && a.seq > b.seq);
