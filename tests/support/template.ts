/** Fills a template database with the schemas of storage. @module */
import { DEFAULT_LIMITS } from "@gatz/domain";
import { DEFAULT_STORAGE_LIMITS, migrate, type StorageConfig } from "@gatz/storage";
import type { TestServerName, TestServers } from "./test_database.ts";

export interface TemplatePlan {
  readonly directory: string;
  readonly servers: TestServers;
  readonly shards: ReadonlyMap<number, TestServerName>;
}

/** The configuration of storage for test databases, with any limits changed. */
export function testStorageConfig(plan: TemplatePlan, limits: Partial<StorageConfig["limits"]> = {}): StorageConfig {
  return {
    directory: plan.directory,
    servers: plan.servers,
    place: (shard) => plan.shards.get(shard) ?? "a",
    shards: plan.shards.size,
    digestKey: new Uint8Array(32).fill(7),
    limits: { ...DEFAULT_LIMITS, ...DEFAULT_STORAGE_LIMITS, ...limits },
  };
}

/** Runs all migrations. Leaves no connection open: a database in use can't be cloned. */
export async function migrateTemplate(plan: TemplatePlan): Promise<void> {
  await migrate(testStorageConfig(plan));
}
