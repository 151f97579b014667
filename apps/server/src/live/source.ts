import type { Storage } from "@gatz/storage/contract";

/** What the live side needs of storage: the logs' tails, their fences, the users' own records, and what a feed missed. */
export type LogSource = Pick<
  Storage,
  | "incarnation"
  | "shards"
  | "health"
  | "follow"
  | "fence"
  | "resume"
  | "shardsOf"
  | "state"
  | "events"
  | "personalSince"
  | "followPersonal"
>;
