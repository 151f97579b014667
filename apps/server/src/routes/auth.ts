/** `auth.*`: who one is. @module */
import {
  DEFAULT_LIMITS,
  type DomainLimits,
  type Incarnation,
  type ShardNumber,
  shardNumber,
  type UserId,
  zCreateGroupBody,
} from "@gatz/domain";
import { DirectoryUnavailable } from "@gatz/storage/contract";
import { z } from "zod";
import { zHandle } from "../auth/handle.ts";
import { devSignIn } from "../auth/sign_in.ts";
import type { UserContext } from "../context.ts";
import { malformed } from "../errors.ts";
import type { Limits } from "../limits.ts";
import { devProcedure, router, userProcedure } from "../trpc.ts";
import { userViews } from "../views/user_view.ts";

export interface SignedInView {
  readonly user: UserId;
  readonly handle: string;
  /** An access token; it is shown once. */
  readonly token: string;
  readonly home: ShardNumber;
  /** How many shards there are. */
  readonly shards: number;
  readonly incarnation: Incarnation;
}

export interface Me {
  readonly user: UserId;
  /** Null while one's own shard does not answer. */
  readonly handle: string | null;
  readonly home: ShardNumber;
  readonly shards: number;
  readonly incarnation: Incarnation;
  readonly limits: Pick<Limits, ShownLimit>;
}

/** What a client must know to refuse what the server would. */
type ShownLimit = keyof DomainLimits | (typeof TRANSPORT_LIMITS)[number];
const TRANSPORT_LIMITS = ["frameBytes", "bodyBytes", "batchCalls"] as const;
// A record of the domain's limits has their names as its keys.
const SHOWN_LIMITS = [...Object.keys(DEFAULT_LIMITS) as (keyof DomainLimits)[], ...TRANSPORT_LIMITS];

export const auth = router({
  devSignIn: devProcedure
    .input(z.strictObject({
      handle: zHandle,
      name: zCreateGroupBody.shape.name.optional(),
      shard: z.int().min(0).max(4095).optional(),
    }))
    .mutation(async ({ ctx: { services }, input: { handle, name = handle, shard } }): Promise<SignedInView> => {
      const { storage } = services;
      const shards = storage.shards.length;
      if (shard !== undefined && shard >= shards) throw malformed("shard", "a shard that does not exist");
      const where = shard === undefined ? {} : { shard: shardNumber(shard) };
      const signedIn = await devSignIn(services, { handle, name, ...where });
      return { ...signedIn, shards, incarnation: storage.incarnation };
    }),

  me: userProcedure
    .input(z.void())
    .query(async ({ ctx }): Promise<Me> => {
      const { storage, config } = ctx.services;
      const [me] = await userViews(storage, [ctx.session.user]);
      return {
        user: ctx.session.user,
        handle: me?.kind === "user" ? me.handle : null,
        home: await homeOf(ctx),
        shards: storage.shards.length,
        incarnation: storage.incarnation,
        limits: Object.fromEntries(SHOWN_LIMITS.map((name) => [name, config.limits[name]])) as Me["limits"],
      };
    }),
});

/** With the directory down, the home is the one that it was at log-in (SHARD4). */
async function homeOf({ services, session }: UserContext): Promise<ShardNumber> {
  try {
    return (await services.storage.directory.home(session.user)).home;
  } catch (error) {
    if (error instanceof DirectoryUnavailable) return session.home;
    throw error;
  }
}
