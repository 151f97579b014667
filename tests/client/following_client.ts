/** A client over real servers, as somebody has it who only reads; and people who talk to it. @module */
import assert from "node:assert/strict";
import type { DiscussionId } from "@gatz/domain";
import { connect, freshId } from "@gatz/testing/test_server.ts";
import { gatzOver } from "../../packages/client/src/app/create_gatz.ts";
import type { OpenDiscussion } from "../../packages/client/src/app/open_discussion.ts";
import { createGatzClient, type GatzClientOptions } from "../../packages/client/src/create_client.ts";
import { newId } from "../../packages/client/src/new_id.ts";
import type { Server } from "../../packages/client/src/server/contract.ts";
import { overTrpc } from "../../packages/client/src/server/over_trpc.ts";
import type { Store } from "../../packages/client/src/store/contract.ts";
import { memoryStore } from "../../packages/client/src/store/memory.ts";
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
  /** There is another token. */
  retry(): void;
  open(discussion: DiscussionId): void;
  texts(discussion: DiscussionId): readonly string[];
  close(): Promise<void>;
}

export async function followingClient(
  { store = memoryStore(), ...options }: Pick<GatzClientOptions, "url" | "token" | "pace"> & { readonly store?: Store },
): Promise<FollowingClient> {
  const client = createGatzClient(options);
  const followed: ("nothing" | "a cursor")[] = [];
  const real = overTrpc(client);
  const server: Server = {
    ...real,
    follow: (cursor, on) => {
      followed.push(cursor === null ? "nothing" : "a cursor");
      return real.follow(cursor, on);
    },
  };
  const onBug = (bug: unknown) => {
    throw bug;
  };
  const gatz = await gatzOver({ server, store, newId, onBug, timing: systemTiming });
  const opened = new Map<DiscussionId, OpenDiscussion>();
  const steppedBack: string[] = [];
  return {
    ...{ store, followed, steppedBack },
    status: () => gatz.status.snapshot(),
    retry: () => gatz.retry(),
    open: (discussion) => {
      const open = gatz.open(discussion);
      opened.set(discussion, open);
      let before = 0;
      open.picture.subscribe(() => {
        const { asOf } = open.picture.snapshot();
        if (asOf < before) steppedBack.push(`${discussion} from ${before} to ${asOf}`);
        before = asOf;
      });
    },
    texts: (discussion) =>
      (opened.get(discussion)?.picture.snapshot().messages ?? [])
        .map((message) => message.kind === "live" ? message.text : message.kind),
    close: async () => {
      await gatz.close();
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
