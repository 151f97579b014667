/** What must hold of every history of an outbox, judged by what was written, told and accepted. @module */
import type { Draft } from "@gatz/domain";
import { memoryStore } from "../../src/store/memory.ts";
import type { OutboxHistory } from "./outbox_history.ts";

/** Sentences that say what went wrong; none if all is well. */
export async function violations(history: OutboxHistory): Promise<readonly string[]> {
  return [
    ...history.bugs.map((bug) => `a bug: ${bug instanceof Error ? bug.stack : bug}`),
    ...oneOutcomeEach(history),
    ...inOrder(history),
    ...toldWhatIs(history),
    ...refusedOnce(history),
    ...neverOfferedUnstored(history),
    ...await nothingLeft(history),
  ];
}

/** Every draft that was stored is in the log, or it is refused, and never both. Who had arrived in a life that is over may be gone with it. */
function* oneOutcomeEach({ shared, server, arrived }: OutboxHistory): Iterable<string> {
  const times = new Map<string, number>();
  for (const { draft } of server.log) times.set(draft.id, (times.get(draft.id) ?? 0) + 1);
  const refused = new Set(shared.refused.map(({ draft }) => draft.id));
  const wasSeen = new Set([...arrived].map((seen) => seen.split(" ").at(-1)));
  for (const { record: { draft } } of shared.drafts) {
    const inLog = times.get(draft.id) ?? 0;
    if (inLog > 1) yield `${draft.id} is in the log ${inLog} times`;
    if (inLog > 0 && refused.has(draft.id)) yield `${draft.id} is in the log, and refused`;
    if (inLog === 0 && !refused.has(draft.id) && !wasSeen.has(draft.id)) yield `${draft.id} is lost`;
  }
}

/**
 * The log has the drafts of each stream in the order in which they were stored. What had arrived in a life that is over was to be forgotten: where
 * the store did not let it be, it comes again, and late.
 */
function* inOrder({ shared, server, arrived }: OutboxHistory): Iterable<string> {
  const places = new Map(shared.drafts.map(({ key, record }) => [record.draft.id as string, key]));
  const last = new Map<string, string>();
  for (const { draft } of server.log) {
    const place = places.get(draft.id);
    if (place === undefined) yield `${draft.id} was accepted, and never stored`;
    else if (hadArrived(draft.id, { arrived, but: server.life })) continue;
    else if (place < (last.get(draft.stream) ?? "")) yield `${draft.id} came after one that was stored later`;
    else last.set(draft.stream, place);
  }
}

/** Who made a draft is told the truth, if they live to hear it. */
function* toldWhatIs({ told, server, shared }: OutboxHistory): Iterable<string> {
  for (const { draft, stored, outcomes } of told) {
    if (outcomes.length > 1) yield `${draft.id} was told ${outcomes.length} outcomes`;
    const settled = outcomes[0]?.settled;
    if (settled?.kind === "accepted" || settled?.kind === "duplicate") {
      const isTrue = server.everAccepted.some(({ id, seq }) => id === draft.id && seq === settled.seq);
      if (!isTrue) yield `${draft.id} was told to be accepted at ${settled.seq}, where it never was`;
    }
    const isRefused = shared.refused.some((one) => one.draft.id === draft.id);
    if (settled?.kind === "rejected" && !isRefused) {
      yield `${draft.id} was told to be rejected, which is nowhere written`;
    }
    const isStored = shared.drafts.some(({ record }) => record.draft.id === draft.id);
    if (settled?.kind === "not-kept" && isStored) yield `${draft.id} was told not to be kept, and is`;
    if (stored?.kind === "kept" && !isStored) yield `${draft.id} was told to be kept, and is not`;
    if (stored?.kind === "not-kept" && settled?.kind !== "not-kept") {
      yield `${draft.id} was not kept, and told ${settled?.kind}`;
    }
  }
}

const hadArrived = (
  id: string,
  { arrived, but }: { readonly arrived: ReadonlySet<string>; readonly but: string },
): boolean => [...arrived].some((seen) => seen.endsWith(id) && !seen.startsWith(but));

function* refusedOnce({ shared, arrived }: OutboxHistory): Iterable<string> {
  const ids = shared.refused.map(({ draft }) => draft.id);
  for (const id of new Set(ids)) {
    const times = ids.filter((one) => one === id).length;
    if (times > 1) yield `${id} was refused ${times} times`;
  }
  // A discussion is refused for want of its group only where the group's beginning is not kept: refused too, or arrived in a life that is over.
  for (const { draft, rejection } of shared.refused) {
    const group = groupOf(draft);
    if (group === null || rejection.code !== "NotFound") continue;
    const begin = shared.drafts.find(({ record }) => record.draft.stream === group)?.record.draft.id;
    const isSo = begin === undefined || ids.includes(begin) || [...arrived].some((seen) => seen.endsWith(begin));
    if (!isSo) yield `${draft.id} was refused for want of its group, which was yet to be offered`;
  }
}

const groupOf = (draft: Draft): string | null =>
  draft.type === "create" && "group" in draft.body ? draft.body.group : null;

/** What a store refused is nowhere. */
function* neverOfferedUnstored({ shared, server }: OutboxHistory): Iterable<string> {
  const stored = new Set<string>(shared.drafts.map(({ record }) => record.draft.id));
  for (const id of server.seen) if (!stored.has(id)) yield `${id} was offered, and never stored`;
}

async function nothingLeft({ shared, outboxes }: OutboxHistory): Promise<readonly string[]> {
  const store = memoryStore({ memory: shared.memory });
  const [drafts, refused] = await Promise.all([store.list("drafts"), store.list("refused")]);
  const shown = outboxes.map((outbox) => outbox.refused.snapshot().map(({ draft }) => draft.id).join());
  const expected = refused.map(({ value }) => value.draft.id).join();
  return [
    ...drafts.map(({ value }) => `${value.draft.id} is still stored`),
    ...shown.filter((ids) => ids !== expected).map((ids) =>
      `a tab shows as refused ${ids}, where ${expected} are stored`
    ),
  ];
}
