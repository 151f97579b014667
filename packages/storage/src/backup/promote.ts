import { type Incarnation, incarnation } from "@gatz/domain";
import type { StorageConfig } from "../contract.ts";
import { DIRECTORY_SCHEMA } from "../schema/names.ts";
import { Admin, type AdminSql } from "./admin.ts";

/**
 * Declares that these databases are promoted copies that may have lost events: the installation begins a new life (LOG9), and nothing else
 * changes. Every node must be stopped; the next to start carries the new incarnation.
 * @throws {BackupError} while a node runs
 * @throws {DirectoryUnavailable | StorageMisconfigured}
 */
export async function declarePromoted(config: StorageConfig): Promise<Incarnation> {
  await using admin = new Admin(config);
  const { shards } = await admin.installation();
  await admin.shutOutNodes(shards);
  return await beginNewLife(admin.directory);
}

/** Gives the installation a new incarnation; whatever was being restored is. */
export async function beginNewLife(directory: AdminSql): Promise<Incarnation> {
  const [life] = await directory<{ incarnation: string }[]>`
    update ${
    directory(DIRECTORY_SCHEMA)
  }.installation set incarnation = gen_random_uuid(), began = now(), restoring = null
    returning incarnation`;
  if (life === undefined) throw new Error("an installation without a life");
  return incarnation(life.incarnation);
}
