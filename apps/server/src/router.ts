/** The whole API. @module */
import { auth } from "./routes/auth.ts";
import { debug } from "./routes/debug.ts";
import { discussions } from "./routes/discussions.ts";
import { groups } from "./routes/groups.ts";
import { live } from "./routes/live.ts";
import { log } from "./routes/log.ts";
import { messages } from "./routes/messages.ts";
import { users } from "./routes/users.ts";
import { router } from "./trpc.ts";

export const appRouter = router({ auth, debug, discussions, groups, live, log, messages, users });

/** What clients import, as a type only. */
export type AppRouter = typeof appRouter;
