/** Binds what is stored to the key of its digests (LOG2). @module */
import { createHmac, timingSafeEqual } from "node:crypto";
import { StorageMisconfigured } from "../contract.ts";

// No content is ever this text: contents are JSON.
const CONSTANT = "gatz: the key of this installation's digests";

/** Says of a key whether it is the same, and nothing else of it: 32 bytes. */
export function digestKeyCheck(key: Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(CONSTANT).digest();
}

/**
 * With another key every retry would be refused as `EventIdReused`, and `verify` would find every digest wrong.
 * @param stored the check of the key that the installation was made with
 * @throws {StorageMisconfigured}
 */
export function requireDigestKey(key: Uint8Array, stored: Uint8Array): void {
  if (timingSafeEqual(digestKeyCheck(key), stored)) return;
  throw new StorageMisconfigured("digestKey", "the digest key is not the one that this database was made with");
}
