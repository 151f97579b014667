/** The SDK: the typed API, and a discussion as a live, local thing. @module */
import "./src/node_version.ts";
export type { AppRouter } from "@gatz/server";
export * from "./src/create_client.ts";
export type { DiscussionReplica, Link, Picture } from "./src/discussion_replica.ts";
export * from "./src/new_id.ts";
export * from "./src/new_invite.ts";
export * from "./src/open_discussion.ts";
export * from "./src/reaction_counts.ts";
export * from "./src/store/contract.ts";
export * from "./src/store/indexed_db/indexed_db_store.ts";
export * from "./src/store/memory.ts";
