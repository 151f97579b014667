/** The whole API of a node, as its router has it: only HTTP, sockets and tokens are left out. */
import { shardOf, type UserId } from "@gatz/domain";
import type { Storage } from "@gatz/storage/contract";
import { callTRPCProcedure } from "@trpc/server";
import { Accounts } from "../../apps/server/src/auth/accounts.ts";
import type { Context, Services } from "../../apps/server/src/context.ts";
import { Drain } from "../../apps/server/src/drain.ts";
import { errorShape, toApiError } from "../../apps/server/src/errors.ts";
import { LIFTED_FOR_LOAD } from "../../apps/server/src/limits.ts";
import type { Delivery } from "../../apps/server/src/live/delivery.ts";
import type { LiveParts } from "../../apps/server/src/live/feed.ts";
import { Rates } from "../../apps/server/src/rates/rates.ts";
import { appRouter } from "../../apps/server/src/router.ts";
import type { Connection } from "../../apps/server/src/ws/connection.ts";
import { LIMITS } from "./limits.ts";

export interface ApiCall {
  readonly type: "query" | "mutation" | "subscription";
  /** Like `messages.send`. */
  readonly path: string;
  readonly input: unknown;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

const NEVER_EXPIRES = Number.MAX_SAFE_INTEGER;

export class NodeApi {
  readonly #accounts: Accounts;
  readonly #services: Services;

  /** @param live without its hub, which tells this of what is committed */
  constructor(storage: Storage, { live, random }: { live: () => LiveParts; random: () => number }) {
    const now = () => performance.now();
    const limits = { ...LIMITS, ...LIFTED_FOR_LOAD };
    this.#accounts = new Accounts({
      ...{ storage, owners: storage.owners, now },
      isFollowed: (shard) => live().hub.position(shard) !== undefined,
    });
    // What is left out is for signing in, typing and tracing, which nobody does here.
    this.#services = {
      ...{ storage, accounts: this.#accounts, config: { dev: false, limits }, tracing: undefined },
      get live() {
        return live();
      },
      metrics: { count() {}, observe() {} },
      rates: new Rates({ limits, now, refused() {} }),
      ...{ drain: new Drain(), now: () => Date.now() },
      random: (bytes: number) => new Uint8Array(bytes).map(() => Math.floor(random() * 256)),
    } as unknown as Services;
  }

  /** The hub's `onHanded`. */
  readonly onHanded = ({ state }: Delivery): void => {
    if (state.kind === "user") this.#accounts.changed(state);
  };

  /** What a procedure returns, or throws. */
  async call(user: UserId, { type, path, input, connection, signal }: ApiCall): Promise<unknown> {
    const ctx: Context = {
      services: this.#services,
      session: { user, home: shardOf(user), expiresAt: NEVER_EXPIRES } as Context["session"],
      peer: { address: "127.0.0.1", loopback: true } as Context["peer"],
      caller: this.#services.rates.caller(user),
      refusal: null,
      connection,
    };
    const getRawInput = () => Promise.resolve(input);
    return await callTRPCProcedure({ router: appRouter, path, getRawInput, ctx, type, signal, batchIndex: 0 });
  }
}

/** What of an error goes over the wire. */
export function shapeOf(error: unknown): { readonly error: ReturnType<typeof errorShape> } {
  return { error: errorShape(toApiError(error)) };
}
