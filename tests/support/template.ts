/** Fills a template database with the schemas of storage. @module */
import { createHash } from "node:crypto";
import { DEFAULT_LIMITS } from "@gatz/domain";
import { DEFAULT_STORAGE_LIMITS, migrate, type StorageConfig } from "@gatz/storage";
import type { TestServerName, TestServers } from "./test_database.ts";

/** Test databases are bound to it when they are made. As good as random, since programs refuse a weak one. */
export const TEST_DIGEST_KEY: Uint8Array = createHash("sha256").update("the digest key of tests").digest();

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
    digestKey: TEST_DIGEST_KEY,
    limits: { ...DEFAULT_LIMITS, ...DEFAULT_STORAGE_LIMITS, ...limits },
  };
}

/** Runs all migrations. Leaves no connection open: a database in use can't be cloned. */
export async function migrateTemplate(plan: TemplatePlan): Promise<void> {
  await migrate(testStorageConfig(plan));
}
