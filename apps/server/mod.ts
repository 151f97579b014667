/** The API's type, for clients; and the server, for entry points and tests. @module */
export { type AppRouter, describeApi, type ProcedureDescription } from "./src/router.ts";
export { API_ERRORS } from "./src/errors.ts";
export { serve, type ServeOptions, type Server } from "./src/serve.ts";
export { Metrics } from "./src/metrics/metrics.ts";
export { countStorage } from "./src/metrics/storage_metrics.ts";
export { METRICS } from "./src/metrics/table.ts";
export { ALL_DEFAULT_LIMITS, LIFTED_FOR_LOAD, limitRow, LIMITS, type Limits } from "./src/limits.ts";
