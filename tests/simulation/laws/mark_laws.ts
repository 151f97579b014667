/** What becomes of read marks (READ1): the greatest stands, on the user's shard and on all their devices, and none goes further than they see. */
import type { PlainLogs } from "../../../tools/oracle/logs.ts";
import type { History, PlainMark } from "../history.ts";

type Standing = PlainMark & { readonly user: string };

export function* brokenInMarks(history: History, logs: PlainLogs): Generator<string> {
  const standing = new Map<string, Standing>();
  for (const { shard, reads } of history.shards) {
    const revs = new Set(reads.map(({ rev }) => rev));
    if (revs.size < reads.length) yield `[READ1] a rev twice on shard ${shard}`;
    for (const mark of reads) standing.set(`${mark.user} ${mark.discussion}`, mark);
  }
  yield* brokenInCalls(history, standing);
  for (const { user, discussion, seq } of standing.values()) {
    const head = logs.stays(discussion).headFor(user, logs.of(discussion).length);
    if (seq > head) yield `[READ1] ${user} has read ${discussion} up to ${seq}, and sees ${head}`;
  }
  for (const { user, marks } of history.devices) {
    for (const mark of standing.values()) {
      if (mark.user !== user) continue;
      const held = marks.get(mark.discussion);
      if (!isSame(held, mark)) yield `[READ1] a device of ${user} holds ${text(held)} instead of ${text(mark)}`;
    }
    for (const held of marks.values()) {
      if (!standing.has(`${user} ${held.discussion}`)) {
        yield `[READ1] a device of ${user} holds ${text(held)} of nobody`;
      }
    }
  }
}

function* brokenInCalls({ marks: calls }: History, standing: ReadonlyMap<string, Standing>): Generator<string> {
  const unread = new Map<string, number>();
  for (const { user, discussion, isUnread, answer } of calls) {
    const key = `${user} ${discussion}`;
    if (isUnread) unread.set(key, (unread.get(key) ?? 0) + 1);
    if (answer === null || answer.rev === 0) continue;
    const mark = standing.get(key);
    if (mark === undefined || isOlder(mark, answer)) {
      yield `[READ1] ${text(answer)} was answered, and ${text(mark)} stands`;
    }
  }
  for (const [key, mark] of standing) {
    const asked = unread.get(key) ?? 0;
    if (mark.epoch > asked) {
      yield `[READ1] ${key} was marked unread ${asked} times, and has come to epoch ${mark.epoch}`;
    }
    const wished = calls.some((call) => `${call.user} ${call.discussion}` === key && call.seq >= mark.seq);
    if (!wished) yield `[READ1] ${text(mark)} was wished for by nobody`;
  }
}

function isOlder(a: PlainMark, b: PlainMark): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq);
}

function isSame(a: PlainMark | undefined, b: PlainMark): boolean {
  return a !== undefined && a.epoch === b.epoch && a.seq === b.seq && a.rev === b.rev;
}

function text(mark: PlainMark | undefined): string {
  return mark === undefined ? "nothing" : `${mark.discussion} ${mark.epoch}.${mark.seq} (rev ${mark.rev})`;
}
