/** A new invite's secret (GRP3). `token` goes to whoever is invited, `hash` is all that the server is told of it. */
export interface NewInvite {
  /** 128 random bits, as 22 characters that need no escaping in a link's fragment. */
  readonly token: string;
  /** The token's SHA-256, as 64 hexadecimal digits. */
  readonly hash: string;
}

const TOKEN_BYTES = 16;

/** Makes the secret of an invite, from this machine's randomness: `groups.createInvite` takes its hash, `groups.joinByInvite` its token. */
export async function newInvite(): Promise<NewInvite> {
  const token = base64Url(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return { token, hash: hex(new Uint8Array(digest)) };
}

// Node.js 22 has no toBase64 and no toHex.
const base64Url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
