/** How nodes of one installation know each other: by the installation's secret, which no client has. @module */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { NodeId } from "@gatz/storage/contract";

export interface Credentials {
  /** The value of the `Authorization` header with which `from` opens a connection to `to`. */
  issue(link: NodeLink): string;
  /** Who opens a connection to `to`; null: not a node of this installation, or one that meant another. */
  read(authorization: string | null, to: NodeId): NodeId | null;
}

export interface NodeLink {
  readonly from: NodeId;
  readonly to: NodeId;
}

const SCHEME = "GatzNode";
/** Tells these signatures from any other that the same key might make. */
const PURPOSE = "gatz node link\n";
/** How far the clocks of two nodes may be apart. What was overheard serves no longer, and never at another life of the node. */
const FRESH_MS = 5 * 60_000;
const HEADER = /^GatzNode ([0-9a-f-]{36}) (\d{1,15}) ([\w-]{43})$/;

/**
 * @param key 32 bytes, the installation's secret
 * @param now Unix milliseconds
 */
export function createCredentials(key: Uint8Array, { now }: { readonly now: () => number }): Credentials {
  const sign = ({ from, to }: NodeLink, at: number) =>
    createHmac("sha256", key).update(PURPOSE).update(`${from} ${to} ${at}`).digest();
  return {
    issue(link) {
      const at = now();
      return `${SCHEME} ${link.from} ${at} ${sign(link, at).toString("base64url")}`;
    },
    read(authorization, to) {
      const [, node, at, signature = ""] = HEADER.exec(authorization ?? "") ?? [];
      if (node === undefined) return null;
      const from = node as NodeId; // of the form of one; whose it is the signature proves
      const given = Buffer.from(signature, "base64url");
      const expected = sign({ from, to }, Number(at));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return Math.abs(now() - Number(at)) <= FRESH_MS ? from : null;
    },
  };
}
