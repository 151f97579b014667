/** The API's type, for clients; and the server, for entry points and tests. @module */
export type { AppRouter } from "./src/router.ts";
