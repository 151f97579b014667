/** Loaded first: says in words what is missing on a Node.js that is too old, before something else fails for it. @module */

const OLDEST = 22;

/** @throws {Error} if this is the version of a Node.js without what the client needs (a WebSocket, among others); undefined: it is none. */
export function refuseOldNode(version: string | undefined): void {
  if (version !== undefined && Number.parseInt(version) < OLDEST) {
    throw new Error(`@gatz/client needs Node.js ${OLDEST} or newer, this is ${version}`);
  }
}

// Browsers have no `process`; in Deno it names the Node.js that it is compatible with.
const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } };
refuseOldNode(process?.versions?.node);
