/** The whole API. @module */
import type { z } from "zod";
import { auth } from "./routes/auth.ts";
import { debug } from "./routes/debug.ts";
import { discussions } from "./routes/discussions.ts";
import { groups } from "./routes/groups.ts";
import { live } from "./routes/live.ts";
import { log } from "./routes/log.ts";
import { messages } from "./routes/messages.ts";
import { moderation } from "./routes/moderation.ts";
import { reads } from "./routes/reads.ts";
import { settings } from "./routes/settings.ts";
import { users } from "./routes/users.ts";
import { type Access, type Meta, router } from "./trpc.ts";

export const appRouter = router({
  ...{ auth, debug, discussions, groups, live, log, messages, moderation, reads, settings, users },
});

/** What clients import, as a type only. */
export type AppRouter = typeof appRouter;

export interface ProcedureDescription {
  /** Like `messages.send`. */
  readonly path: string;
  readonly kind: "query" | "mutation" | "subscription";
  /** Undefined for one that does not say, which a test refuses (SEC1). */
  readonly access: Access | undefined;
  /** Its input's schemas, as it was built from them. */
  readonly inputs: readonly z.ZodType[];
}

/** Every procedure that there is. */
export function describeApi(): ProcedureDescription[] {
  // tRPC keeps what a procedure was built from in `_def`; its published type says less than there is.
  const procedures = appRouter._def.procedures as unknown as Record<string, {
    readonly _def: { readonly type: ProcedureDescription["kind"]; readonly meta?: Meta; readonly inputs: z.ZodType[] };
  }>;
  return Object.entries(procedures).map(([path, { _def: { type, meta, inputs } }]) => (
    { path, kind: type, access: meta?.access, inputs }
  ));
}
