/**
 * The pure heart of gatz: ids, events, and for each kind of stream `decide`, `evolve`, `effects` and `visible`.
 * No I/O, no clock, no randomness.
 * @module
 */
export * from "./src/asserts.ts";
export * from "./src/decision.ts";
export * from "./src/events.ts";
export * from "./src/feed.ts";
export * from "./src/ids.ts";
export * from "./src/limits.ts";
export * from "./src/outcome.ts";
export * from "./src/scalars.ts";
export * from "./src/state.ts";
