import { StorageMisconfigured } from "../contract.ts";

/**
 * Nothing but the restore itself may touch an installation of which half is restored.
 * @param restoring what the directory says: the SHA-256 of the backup whose restore is not through
 * @throws {StorageMisconfigured}
 */
export function requireRestored(restoring: string | null): void {
  if (restoring === null) return;
  throw new StorageMisconfigured("restore", "a backup is being restored into this database, and is not all there yet");
}
