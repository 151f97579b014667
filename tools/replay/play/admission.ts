/** Adds again who was left out because their shard did not answer in time (FACT1). @module */
import { type Ack, type Outcome, type Seq, type StreamId, unreachable, type UserId } from "@gatz/domain";
import type { Account } from "./accounts.ts";
import { type Api, httpApi } from "./connections.ts";
import { ask, deliver } from "./deliver.ts";
import type { Production } from "./production.ts";

export interface Admission {
  /** For messages. */
  readonly what: string;
  readonly by: Account;
  readonly stream: StreamId;
  /** The event that added people, as it was acked. */
  readonly added: Pick<Ack, "seq">;
  /** Offers to add them; `round` counts from 1 and has to make the id. */
  readonly again: (api: Api, ask: { users: UserId[]; round: number }) => Promise<{ readonly outcome: Outcome }>;
}

/**
 * Resolves when everybody who was named is in. What an event left out never changes, so a second run asks for the same
 * again, by the same ids. Returns the acks.
 */
export async function admitSkipped({ url, connections }: Production, admission: Admission): Promise<readonly Ack[]> {
  const { what, by, stream, again } = admission;
  const acks: Ack[] = [];
  let { seq } = admission.added;
  for (let round = 1;; round++) {
    const users = await skippedAt(httpApi(url, by.token), { stream, seq });
    if (users.length === 0) return acks;
    const [ack] = await deliver(`${what}, adding ${users.length} again`, async () => [
      (await connections.call(by, (api) => again(api, { users, round }))).outcome,
    ]);
    if (!ack) throw new Error(`${what}: no ack for one draft`);
    acks.push(ack);
    seq = ack.seq;
  }
}

/** Whom the event at a seq left out for a reason that passes. */
async function skippedAt(api: Api, { stream, seq }: { stream: StreamId; seq: Seq }): Promise<UserId[]> {
  const page = await ask(`the event ${seq} of ${stream}`, () => api.log.read.query({ stream, fromSeq: seq, limit: 1 }));
  const [item] = page.items;
  if (item?.type !== "event") throw new Error(`${stream} hides seq ${seq} from who made it`);
  return (item.event.decided.skipped ?? []).flatMap(({ user, code }) => {
    switch (code) {
      case "Unavailable":
        return [user];
      case "NotAddable":
        return [];
      default:
        return unreachable(code);
    }
  });
}
