/** Whether the file of one discussion holds what it says, and what this installation can take (BAK2). @module */
import { type DiscussionId, shardOf } from "@gatz/domain";
import { CauseCheck } from "../verify/causes.ts";
import { UsersThenCheck } from "../verify/users_then.ts";
import { EffectsCheck } from "../verify/effects.ts";
import { GroupsThen, type OtherLogs } from "../verify/elsewhere.ts";
import { LogWalk } from "../verify/log_walk.ts";
import type { Report } from "../verify/problem.ts";
import { StreamSums } from "./checksums.ts";
import { readBlocks } from "./container.ts";
import { isBlock } from "./format.ts";
import { Names, type ReadEvent, readIfReadable } from "./lines.ts";

export interface DiscussionCheck {
  readonly file: string;
  readonly discussion: DiscussionId;
  readonly digestKey: Uint8Array;
  /** The logs that it stands on: its group's, its people's. Null: they are not there, and what was decided on them is not judged. */
  readonly logs: OtherLogs | null;
  readonly report: Report;
}

/** Reports what is wrong with the file. @returns how many events it has */
export async function checkDiscussion({ file, discussion, digestKey, logs, report }: DiscussionCheck): Promise<number> {
  const shard = shardOf(discussion);
  const others = logs ?? UNKNOWN;
  const checks = {
    ...{ shard, digestKey, report },
    groups: logs && new GroupsThen(logs),
    effects: new EffectsCheck(null, { shard, digestKey, logs: others, report }),
    causes: new CauseCheck({ shard, logs: others, report }),
    users: new UsersThenCheck({ shard, logs: others, report }),
  };
  const walk = new LogWalk(checks);
  const sums = new StreamSums();
  const names = new Names();
  const said: string[] = [];
  let events = 0;
  for await (const block of readBlocks(file)) {
    if (isBlock(block, "streams")) said.push(...block.lines);
    if (isBlock(block, "manifest") && block.head.events[0] !== events) {
      report({
        shard,
        check: "checksum",
        what: "the manifest's events",
        expected: block.head.events[0] ?? null,
        found: events,
      });
    }
    if (!isBlock(block, "events")) continue;
    for (const line of block.lines) {
      events++;
      const event = readIfReadable(line, names);
      if (event?.stream !== discussion) {
        const what = `the event after ${walk.seq}`;
        report({ shard, check: "row", what, expected: discussion, found: event?.stream ?? null });
      } else {
        sums.take(event);
        await walk.take(rowOf(event));
      }
    }
    sums.settle();
  }
  const found = [...sums.lines()].map((line) => JSON.stringify(line));
  if (said.join("\n") !== found.join("\n")) {
    report({ shard, stream: discussion, check: "checksum", what: "the stream", expected: said, found });
  }
  await checks.effects.finish();
  await checks.causes.finish();
  await checks.users.finish();
  return events;
}

/** An event as the row that a log is walked by. */
export function rowOf({ row, position, digest }: ReadEvent) {
  return { ...row, position, digest: digest === null ? null : Uint8Array.fromHex(digest) };
}

const noAnswer = () => Promise.resolve(null);
const UNKNOWN: OtherLogs = {
  heads: noAnswer,
  headsSeen: noAnswer,
  eventsAt: noAnswer,
  removersOf: noAnswer,
  accountEvents: noAnswer,
  digests: noAnswer,
  groupUpTo: noAnswer,
};
