/** Fills a template database with the schemas of storage. @module */
import * as storage from "@gatz/storage";
import type { TestServerName, TestServers } from "./test_database.ts";

export interface TemplatePlan {
  readonly directory: string;
  readonly servers: TestServers;
  readonly placed: ReadonlyMap<number, TestServerName>;
}

/** Runs all migrations. Leaves no connection open: a database in use can't be cloned. */
export async function migrateTemplate(plan: TemplatePlan): Promise<void> {
  const { DEFAULT_LIMITS } = await import("@gatz/domain");
  if (!("migrate" in storage) || typeof storage.migrate !== "function") {
    console.log("@gatz/storage has no migrate() yet: the test databases are empty");
    return;
  }
  await storage.migrate({
    directory: plan.directory,
    servers: plan.servers,
    place: (shard: number) => plan.placed.get(shard) ?? "a",
    shards: plan.placed.size,
    digestKey: new Uint8Array(32).fill(7),
    limits: { ...DEFAULT_LIMITS, ...storage.DEFAULT_STORAGE_LIMITS },
  });
}
