/** Where a request comes from. @module */

export interface Peer {
  /** The other end's address, as the socket knows it. */
  readonly address: string;
  /** Whether it is certainly this machine itself. */
  readonly loopback: boolean;
}

const FORWARDING_HEADERS = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/** A proxy on this machine also connects from loopback, on behalf of anybody: who is forwarded is not from here. */
export function peerOf(address: string, headers: Headers): Peer {
  return { address, loopback: isLoopback(address) && !FORWARDING_HEADERS.some((name) => headers.has(name)) };
}

function isLoopback(address: string): boolean {
  const ipv4 = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return address === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(ipv4);
}
