/** How nodes of one installation know each other: by the installation's secret, which no client has. @module */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { NodeId } from "@gatz/storage/contract";
import { LRUCache } from "lru-cache";

export interface Credentials {
  /** The value of the `Authorization` header with which `from` opens one connection to `to`. */
  issue(link: NodeLink): string;
  /** Who opens a connection to `to`; null: not a node of this installation, one that meant another, or what was used before. */
  read(authorization: string | null, to: NodeId): NodeId | null;
}

export interface NodeLink {
  readonly from: NodeId;
  readonly to: NodeId;
}

const SCHEME = "GatzNode";
/** Tells these signatures from any other that the same key might make. */
const PURPOSE = "gatz node link\n";
const NONCE_BYTES = 16;
/** Only what nodes signed is remembered, once a connection; a node's id is new with each life, so nothing is older. */
const REMEMBERED = 100_000;
const HEADER = /^GatzNode ([0-9a-f-]{36}) ([\w-]{22}) ([\w-]{43})$/;

/**
 * No clock has a part in it: those of two nodes may be far apart, and jump.
 * @param key 32 bytes, the installation's secret
 * @param random gives that many random bytes
 */
export function createCredentials(
  key: Uint8Array,
  { random }: { readonly random: (bytes: number) => Uint8Array },
): Credentials {
  const used = new LRUCache<string, true>({ max: REMEMBERED });
  const sign = ({ from, to }: NodeLink, nonce: string) =>
    createHmac("sha256", key).update(PURPOSE).update(`${from} ${to} ${nonce}`).digest();
  return {
    issue(link) {
      const nonce = Buffer.from(random(NONCE_BYTES)).toString("base64url");
      return `${SCHEME} ${link.from} ${nonce} ${sign(link, nonce).toString("base64url")}`;
    },
    read(authorization, to) {
      const [, node, nonce, signature = ""] = HEADER.exec(authorization ?? "") ?? [];
      if (node === undefined || nonce === undefined) return null;
      const from = node as NodeId; // of the form of one; whose it is the signature proves
      const given = Buffer.from(signature, "base64url");
      const expected = sign({ from, to }, nonce);
      if (given.length !== expected.length || !timingSafeEqual(given, expected) || used.has(nonce)) return null;
      used.set(nonce, true);
      return from;
    },
  };
}
