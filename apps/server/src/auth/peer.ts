/** Where a request comes from. @module */
import { clientAddress, type Network, placeOf } from "./proxies.ts";

export interface Peer {
  /** The client's address, as the socket knows it, or as a trusted proxy says. */
  readonly address: string;
  /** What limiters count as one address: that, or its IPv6 network. */
  readonly place: string;
  /** Whether it is certainly this machine itself, and knows whom it talks to. */
  readonly loopback: boolean;
}

const FORWARDING_HEADERS = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * A proxy on this machine also connects from loopback, on behalf of anybody: who is forwarded is not from here. And so does a browser
 * that shows a page of somebody else's, whose name was made to lead here (DNS rebinding): its requests name that host.
 */
export function peerOf(remote: string, headers: Headers, trusted: readonly Network[] = []): Peer {
  const direct = isLoopback(remote) && !isForwarded(headers);
  const address = clientAddress(remote, { forwardedFor: headers.get("x-forwarded-for"), trusted });
  const loopback = direct && LOOPBACK_HOST.test(headers.get("host") ?? "");
  return { address, place: placeOf(address), loopback };
}

function isForwarded(headers: Headers): boolean {
  return FORWARDING_HEADERS.some((name) => headers.has(name));
}

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

function isLoopback(address: string): boolean {
  const ipv4 = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return address === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(ipv4);
}
