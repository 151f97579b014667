/** That who asks beforehand is told what happens then: the server's `log.canOffer`, and `canDo` on what a client holds (DISC4). @module */
import { strict as assert } from "node:assert";
import {
  applyToMessages,
  canDo,
  DEFAULT_LIMITS,
  evolve,
  type FeedItem,
  type GroupState,
  type Held,
  isSystemType,
  type LogEvent,
  type MessageId,
  type MessageState,
  needs,
  type Proposal,
  type StreamId,
  type StreamState,
  unixMs,
  type UserState,
} from "@gatz/domain";
import { callerOf, type Person } from "./cast.ts";
import type { Bench, Case } from "./judge.ts";
import { type Answer, ANSWERS } from "./table.ts";
import { type Asked, call as send, toldBy } from "./wire.ts";

/** How often a client knew, and did not. */
export const clientSaid = { known: 0, unknown: 0 };

/** Fails if somebody is told beforehand what then is not so. To be asked before the case is judged. */
export async function judgeForesight(bench: Bench, one: Case): Promise<void> {
  const { person, token } = callerOf(one.column, one.place.cast);
  const draft = one.call.draft?.(one.place, person);
  if (draft === undefined || token === null) return;
  // What a procedure alone may offer, since it has checked more, nobody can ask about.
  if (one.row.procedure !== "log.offer" && isSystemType(draft)) return;
  const { means: _, ...expected } = ANSWERS[one.cell]!; // the table was read with these
  const foreseen = await send(bench.url, asked(token, "log.canOffer", { stream: draft.stream, drafts: [draft] }));
  assert.deepEqual(shortly(toldBy(foreseen)), expected, `foreseen: ${foreseen.body}`);
  const proposal = { ...draft, actor: person.user } as unknown as Proposal; // of the drafts that are written there
  const held = await heldBy({ url: bench.url, person, token }, proposal);
  const said = canDo(held, proposal, { at: unixMs(Date.now()), limits: DEFAULT_LIMITS });
  clientSaid[said.kind === "unknown" ? "unknown" : "known"]++;
  if (said.kind !== "unknown") assert.deepEqual(shortly(said), expected, `a client says ${JSON.stringify(said)}`);
}

function shortly(said: { readonly kind: string; readonly code?: string; readonly reason?: string }): Answer {
  if (said.kind === "accepted") return { kind: "accepted" };
  if (said.kind === "not-now") return { kind: "not-now", reason: said.reason ?? "" };
  return said.code === "NotFound" ? { kind: "not-found" } : { kind: "rejected", code: said.code ?? "" };
}

function asked(token: string, procedure: string, input: object): Asked {
  return { procedure, kind: "query", input, token, isNear: false };
}

interface Client {
  readonly url: string;
  readonly person: Person;
  readonly token: string;
}

/** What a client that follows everything holds, as far as the draft asks for it. */
async function heldBy(client: Client, proposal: Proposal): Promise<Held> {
  const own = await folded(client, proposal.stream);
  const { actor, ownGroup, group = ownGroup && own.stream?.kind === "discussion" ? own.stream.group : undefined } =
    needs(proposal);
  // The ids say of which kind the states are.
  return {
    ...own,
    group: group === undefined ? undefined : (await folded(client, group)).stream as GroupState ?? undefined,
    self: actor ? (await folded(client, client.person.user)).stream as UserState ?? undefined : undefined,
  };
}

/** A stream as it is folded from its beginning, if that is seen. */
async function folded({ url, token }: Client, stream: StreamId): Promise<Pick<Held, "stream" | "messages">> {
  const messages = new Map<MessageId, MessageState>();
  const told = toldBy(await send(url, asked(token, "log.read", { stream, fromSeq: 1 })));
  if (told.kind !== "accepted") return { stream: null, messages };
  let state: StreamState | null = null;
  let isWhole = false;
  for (const event of eventsOf(told.data as { items: readonly FeedItem[] })) {
    isWhole ||= event.seq === 1;
    if (isWhole) state = evolve(state, event);
    applyToMessages(messages, event);
  }
  return { stream: isWhole ? state : undefined, messages };
}

function eventsOf({ items }: { readonly items: readonly FeedItem[] }): LogEvent[] {
  return items.flatMap((item) => item.type === "event" ? [item.event] : []);
}
