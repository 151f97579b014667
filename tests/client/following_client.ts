/** A client that follows discussions and only that, over real servers; and people who talk to it. @module */
import assert from "node:assert/strict";
import type { DiscussionId, Seq, StreamId } from "@gatz/domain";
import { connect, freshId } from "@gatz/testing/test_server.ts";
import { createGatzClient, type GatzClientOptions } from "../../packages/client/src/create_client.ts";
import { Lists } from "../../packages/client/src/list/lists.ts";
import { openOutbox } from "../../packages/client/src/outbox/durable_outbox.ts";
import type { Server } from "../../packages/client/src/server/contract.ts";
import { overTrpc } from "../../packages/client/src/server/over_trpc.ts";
import type { Store } from "../../packages/client/src/store/contract.ts";
import { memoryStore } from "../../packages/client/src/store/memory.ts";
import { Replica } from "../../packages/client/src/sync/replica.ts";
import type { ClientStatus } from "../../packages/client/src/sync/status.ts";
import { systemTiming } from "../../packages/client/src/timing.ts";
import type { Room } from "../nodes/fleet.ts";

export interface FollowingClient {
  readonly store: Store;
  /** Where each of its feeds began. */
  readonly followed: readonly ("nothing" | "a cursor")[];
  /** Whatever was shown after something newer. */
  readonly steppedBack: readonly string[];
  status(): ClientStatus;
  hold(stream: StreamId): void;
  texts(stream: StreamId): readonly string[];
  close(): Promise<void>;
}

export async function followingClient(
  { store = memoryStore(), ...options }: Pick<GatzClientOptions, "url" | "token" | "pace"> & { readonly store?: Store },
): Promise<FollowingClient> {
  const client = createGatzClient(options);
  const followed: ("nothing" | "a cursor")[] = [];
  const server: Server = {
    ...overTrpc(client),
    follow: (cursor, on) => {
      followed.push(cursor === null ? "nothing" : "a cursor");
      return overTrpc(client).follow(cursor, on);
    },
  };
  const onBug = (bug: unknown) => {
    throw bug;
  };
  const replica = new Replica({
    ...{ server, store, onBug },
    timing: systemTiming,
    outbox: (kit) => openOutbox(kit),
    lists: ({ self, outbox, ...kit }) => new Lists({ ...kit, viewer: self.user, wishes: outbox.wishes }),
  });
  await replica.start();
  const held = new Map<StreamId, ReturnType<typeof replica.hold>>();
  const steppedBack: string[] = [];
  return {
    ...{ store, followed, steppedBack },
    status: () => replica.status.snapshot(),
    hold: (stream) => {
      const holding = replica.hold(stream);
      held.set(stream, holding);
      let before = 0 as Seq;
      holding.view.subscribe(() => {
        const head = holding.view.snapshot()?.held.head ?? before;
        if (head < before) steppedBack.push(`${stream} from ${before} to ${head}`);
        before = head;
      });
    },
    texts: (stream) =>
      (held.get(stream)?.view.snapshot()?.held.messages ?? [])
        .map((message) => message.kind === "live" ? message.text : "deleted"),
    close: async () => {
      await replica.outbox.close();
      await replica.close();
      await client.close();
    },
  };
}

/** Until it is accepted. */
export async function say(
  url: string,
  { discussion, shard, owner }: Pick<Room, "discussion" | "shard" | "owner">,
  text: string,
): Promise<void> {
  await using speaker = connect(url, { transport: "http", token: owner.token });
  const message: { id: ReturnType<typeof freshId<"msg">>; discussion: DiscussionId; text: string } = {
    ...{ id: freshId("msg", shard), discussion, text },
  };
  for (let tries = 0; tries < 100; tries++) {
    const { outcome } = await speaker.api.messages.send.mutate(message);
    if (outcome.kind === "accepted" || outcome.kind === "duplicate") return;
    assert.notEqual(outcome.kind, "rejected", JSON.stringify(outcome));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`"${text}" was never accepted`);
}
