/** The second round trip of a flush: everything that a batch changes, and COMMIT, sent together. @module */
import { type Decided, idToUuid, type StreamId, type Uuid } from "@gatz/domain";
import { byteaArray, plainArray, quotedArray } from "../postgres/arrays.ts";
import type { Accepted, Batch } from "./batch.ts";
import { storedDecided } from "./codec.ts";
import { eventCode, streamKind } from "../schema/codes.ts";
import { dayOf, type Projection } from "./project.ts";
import type { StatementName } from "./statements.ts";

export interface WriteStep {
  readonly statement: StatementName;
  readonly parameters: readonly (string | number | null)[];
}

/** The statements of one batch, in order; those of projections without rows are left out. */
export function writeSteps(batch: Batch, projection: Projection, { epoch }: { epoch: number }): WriteStep[] {
  const fence = [batch.position, epoch];
  // A flush that only takes the shard appends nothing.
  if (batch.accepted.length === 0) return [{ statement: "advance", parameters: fence }];
  const heads = plain(projection.streams, "id", "kind", "seq", "position", "last_at", "messages");
  const steps: WriteStep[] = [
    { statement: "append", parameters: [...fence, ...eventParameters(batch.accepted), ...heads] },
  ];
  const add = (statement: StatementName, rows: readonly unknown[], parameters: () => WriteStep["parameters"]) => {
    if (rows.length > 0) steps.push({ statement, parameters: parameters() });
  };
  const p = projection;
  add("states", p.states, () => [...plain(p.states, "id", "seq", "fold_version"), json(p.states.map((r) => r.state))]);
  add("active", p.firstOfDay, () => [plainArray(p.firstOfDay), dayOf(batch.clock)]);
  add("members", p.members, () =>
    plain(
      p.members,
      "stream",
      "user",
      "from_seq",
      "role",
      "history_from",
      "joined_position",
      "left_seq",
      "left_position",
      "active_on",
    ));
  add("inbox", p.inbox, () => plain(p.inbox, "user", "stream", "group_id", "by_actor", "seq", "group_seq", "ended"));
  add("changes", p.changes, () => [
    ...plain(p.changes, "id", "stream", "seq", "changed_seq", "fold_version"),
    json(p.changes.map((r) => r.state)),
  ]);
  add("reactionsRemoved", p.reactionsRemoved, () => [
    plainArray(p.reactionsRemoved.map((r) => r.message)),
    quotedArray(p.reactionsRemoved.map((r) => r.emoji)),
    plainArray(p.reactionsRemoved.map((r) => r.user)),
  ]);
  add("reactionsAdded", p.reactionsAdded, () => [
    plainArray(p.reactionsAdded.map((r) => r.message)),
    quotedArray(p.reactionsAdded.map((r) => r.emoji)),
    ...plain(p.reactionsAdded, "user", "first_seq"),
  ]);
  add("outbox", p.outbox, () => [
    ...plain(p.outbox, "id", "position", "ordinal", "target_shard"),
    json(p.outbox.map((r) => r.draft)),
  ]);
  return steps;
}

/** Columns that need no quotes, each as one array. */
function plain<R extends object>(rows: readonly R[], ...columns: (keyof R)[]): string[] {
  // The named columns hold numbers, uuids and null.
  return columns.map((column) => plainArray(rows.map((row) => row[column] as string | number | null)));
}

function json(values: readonly unknown[]): string {
  return quotedArray(values.map((value) => JSON.stringify(value)));
}

function eventParameters(accepted: readonly Accepted[]): string[] {
  // Many events of a batch are of the same few streams and people.
  const uuids = new Map<StreamId, Uuid>();
  const uuidOf = (id: StreamId) => {
    const known = uuids.get(id);
    if (known !== undefined) return known;
    const uuid = idToUuid(id);
    uuids.set(id, uuid);
    return uuid;
  };
  const events = accepted.map(({ committed: { event } }) => event);
  return [
    plainArray(accepted.map(({ committed }) => committed.position)),
    plainArray(events.map((event) => event.at)),
    plainArray(events.map((event) => uuidOf(event.stream))),
    plainArray(accepted.map(({ draft }) => draft.uuid)),
    plainArray(events.map(({ actor }) => actor === "system" ? null : uuidOf(actor))),
    plainArray(events.map((event) => event.seq)),
    plainArray(events.map(({ decided }) => decided.targetSeq ?? null)),
    plainArray(events.map((event) => eventCode(streamKind(event.stream), event.type))),
    plainArray(events.map((event) => event.version)),
    byteaArray(accepted.map(({ draft }) => draft.digest)),
    quotedArray(events.map(({ decided }) => decidedJson(decided))),
    quotedArray(accepted.map(({ draft }) => draft.body)),
  ];
}

function decidedJson(decided: Decided): string | null {
  const stored = storedDecided(decided);
  return stored === null ? null : JSON.stringify(stored);
}
