/** What became of each draft, held against what its client was told (LOG2, LOG4). @module */
import type { AppDrafts } from "./app_drafts.ts";
import type { Attempt, Drafts, DraftStory } from "./drafts.ts";
import type { FinalLog, LogRow } from "./final_log.ts";
import type { Lives } from "./lives.ts";
import type { Violations } from "./violation.ts";

export interface Evidence {
  readonly log: FinalLog;
  readonly lives: Lives;
  readonly violations: Violations;
}

type Ack = Extract<Attempt["end"], { kind: "accepted" | "duplicate" }>;

export function checkDrafts(drafts: Drafts, evidence: Evidence): void {
  for (const story of drafts.all) {
    const row = rowOf(story, evidence.log);
    checkAcks(story, row, evidence);
    checkRefusals(story, row, evidence);
    checkEnd(story, evidence);
  }
}

function rowOf({ id, digest, stream, user }: DraftStory, log: FinalLog): LogRow | undefined {
  const row = log.byId.get(id);
  return row?.digest === digest && row.stream === stream && row.actor === user ? row : undefined;
}

function checkAcks(story: DraftStory, row: LogRow | undefined, { lives, violations, log }: Evidence): void {
  const acks = story.attempts.flatMap(({ end, ended, began }) => isAck(end) ? [{ ack: end, ended, began }] : []);
  for (const { ack, ended } of acks) {
    const { incarnation, seq } = ack;
    if (!lives.knows(incarnation)) {
      violations.add("LOG9", "an ack of an unknown life", `${named(story)}: ${incarnation}`);
    }
    const kept = lives.keeps(incarnation, ended);
    if (row?.seq === seq && row.at === ack.at) continue;
    const found = row === undefined ? "it is not in the log" : `it is at ${row.seq}, time ${row.at}`;
    const said = `${named(story)}: acked at ${seq}, time ${ack.at}; ${found}`;
    if (kept) violations.add("LOG4", row === undefined ? "an acked event lost" : "an ack that is not true", said);
    else if (row === undefined && log.at(story.stream, seq)?.digest === story.digest) {
      violations.add("LOG4", "an acked event under another id", said);
    }
  }
  checkSameAcks(story, acks.map(({ ack }) => ack), violations);
}

/** In one life the same id gets the same ack, `accepted` once. */
function checkSameAcks(story: DraftStory, acks: readonly Ack[], violations: Violations): void {
  const byLife = Map.groupBy(acks, ({ incarnation }) => incarnation);
  for (const [, same] of byLife) {
    if (new Set(same.map(({ seq, at }) => `${seq} ${at}`)).size > 1) {
      violations.add("LOG2", "different acks of one draft", `${named(story)}: ${JSON.stringify(same)}`);
    }
    if (same.filter(({ kind }) => kind === "accepted").length > 1) {
      violations.add("LOG2", "accepted twice", `${named(story)}: ${JSON.stringify(same)}`);
    }
  }
}

/** Rejected, refused for now, not tried: then it is nowhere, unless another attempt at it may have come through. */
function checkRefusals(story: DraftStory, row: LogRow | undefined, { violations }: Evidence): void {
  const ends = story.attempts.map(({ end }) => end);
  const kinds = ends.map(({ kind }) => kind);
  const acked = ends.some(isAck);
  if (acked && contradicts(ends, row)) {
    violations.add("LOG4", "both acked and rejected", `${named(story)}: ${describe(story)}`);
  }
  if (row === undefined || acked) return;
  if (kinds.includes("rejected")) {
    violations.add("LOG4", "a rejected event in the log", `${named(story)}: ${describe(story)}`);
  } else if (!kinds.some((kind) => kind === "lost" || kind === "unknown")) {
    violations.add("LOG4", "an event in the log that was only refused for now", `${named(story)}: ${describe(story)}`);
  }
}

/** In one life a draft has one end; what was lost with a life may be rejected in the next. */
function contradicts(ends: readonly Attempt["end"][], row: LogRow | undefined): boolean {
  const acked = new Set(ends.filter(isAck).map(({ incarnation }) => incarnation));
  return ends.some((end) => end.kind === "rejected" && (row !== undefined || acked.has(end.incarnation)));
}

/** Clients ask until they know. */
function checkEnd(story: DraftStory, { violations }: Evidence): void {
  const kinds = story.attempts.map(({ end }) => end.kind);
  const known = kinds.some((kind) => kind === "accepted" || kind === "duplicate" || kind === "rejected");
  const last = kinds.at(-1);
  if (!known && (last === "lost" || last === "unknown")) {
    violations.add("LOG4", "a draft without an end", `${named(story)}: ${describe(story)}`);
  }
}

/** Somebody offered whatever is in the log, by a call of their own or by an app. */
export function checkNothingInvented(
  { drafts, apps }: { readonly drafts: Drafts; readonly apps: AppDrafts },
  { log, violations }: Evidence,
): void {
  for (const { rows } of log.shards) {
    for (const row of rows) {
      // Registrations are made by signing in, direct groups by being asked for; a handle is recorded once the directory has granted it.
      if (row.actor === "system" || row.type === "register" || row.type === "set-handle" || row.body.direct) continue;
      const story = drafts.of(row.id, row.digest);
      const isOffered = story?.stream === row.stream && story.user === row.actor && story.type === row.type;
      if (!isOffered && apps.of(row) === undefined) {
        violations.add("LOG1", "an event that nobody offered", `${row.type} ${row.id} at ${row.stream} ${row.seq}`);
      }
    }
  }
}

function isAck(end: Attempt["end"]): end is Ack {
  return end.kind === "accepted" || end.kind === "duplicate";
}

function named({ type, id, stream }: DraftStory): string {
  return `${type} ${id} to ${stream}`;
}

function describe({ attempts }: DraftStory): string {
  return attempts.map(({ began, ended, end }) => `${Math.round(began)}–${Math.round(ended)} ${JSON.stringify(end)}`)
    .join(", ");
}
