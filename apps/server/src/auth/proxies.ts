/** Whose word is believed on where a request comes from, and which addresses are one. @module */
import ipaddr from "ipaddr.js";

/** An address with the number of its bits that count. */
export type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** Of `10.0.0.0/8`, or of one address; null for what is neither. */
export function parseNetwork(text: string): Network | null {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

/**
 * The address of the client: the other end's, unless that is a trusted proxy; then the newest in `X-Forwarded-For` that is none. What
 * stands before it there was written by whoever the last trusted proxy heard it from, and counts for nothing.
 */
export function clientAddress(
  remote: string,
  { forwardedFor, trusted }: { forwardedFor: string | null; trusted: readonly Network[] },
): string {
  const hops = trusted.length === 0 ? [] : (forwardedFor ?? "").split(",").map(withoutPort);
  let client = remote;
  while (isTrusted(client, trusted)) {
    const before = hops.pop();
    if (before === undefined || !ipaddr.isValid(before)) break;
    client = before;
  }
  return client;
}

/** Some proxies name the port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  const { ipv4, ipv6 } = WITH_PORT.exec(hop.trim())?.groups ?? {};
  return ipv4 ?? ipv6 ?? hop.trim();
}

const WITH_PORT = /^(?:(?<ipv4>[\d.]+):\d{1,5}|\[(?<ipv6>[^\]]+)\](?::\d{1,5})?)$/;

/** What is one place to a limiter: an IPv4 address, or an IPv6 network of 64 bits, of which anybody gets as many addresses as they like. */
export function placeOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const known = ipaddr.process(address);
  if (known.kind() === "ipv4") return known.toString();
  return `${new ipaddr.IPv6([...known.toByteArray().slice(0, 8), ...Array<number>(8).fill(0)]).toString()}/64`;
}

function isTrusted(address: string, trusted: readonly Network[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const known = ipaddr.process(address);
  return trusted.some(([network, bits]) => network.kind() === known.kind() && known.match(network, bits));
}
