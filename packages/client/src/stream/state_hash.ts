import { assert, heldText, shownTo } from "@gatz/domain";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { HeldStream } from "./held_stream.ts";

/**
 * SHA-256, in hexadecimal digits, of what is held at its head: the state, which has to be known, and so many of the newest messages. The
 * server's `log.hash` of the same is the same.
 */
export function stateHash({ held, messages }: { readonly held: HeldStream; readonly messages: number }): string {
  const { viewer, state } = held;
  assert(state !== null && !held.isToBeOpenedAnew, "a state that is not known has no hash");
  const shown = held.messages.slice(Math.max(0, held.messages.length - messages)).map((message) =>
    shownTo(viewer, message)
  );
  return bytesToHex(sha256(utf8ToBytes(heldText({ viewer, state, messages: shown }))));
}
