/** Where a request comes from. @module */

export interface Peer {
  /** The other end's address, as the socket knows it. */
  readonly address: string;
  /** Whether it is certainly this machine itself, and knows whom it talks to. */
  readonly loopback: boolean;
}

const FORWARDING_HEADERS = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * A proxy on this machine also connects from loopback, on behalf of anybody: who is forwarded is not from here. And so does a browser
 * that shows a page of somebody else's, whose name was made to lead here (DNS rebinding): its requests name that host.
 */
export function peerOf(address: string, headers: Headers): Peer {
  const direct = isLoopback(address) && !FORWARDING_HEADERS.some((name) => headers.has(name));
  return { address, loopback: direct && LOOPBACK_HOST.test(headers.get("host") ?? "") };
}

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

function isLoopback(address: string): boolean {
  const ipv4 = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return address === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(ipv4);
}
