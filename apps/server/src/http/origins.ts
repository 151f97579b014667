/** Which pages in which browsers may call: checked for HTTP, and before a WebSocket is upgraded. @module */

export interface OriginPolicy {
  /** The server's own, and those of the configuration. */
  readonly allowed: readonly string[];
  /** Development: a page from any port of this machine too. */
  readonly loopback: boolean;
}

/**
 * A request without the header comes from no page, or from a page that this server is to it (whose name may have been made to lead here:
 * what asks for no access token asks for the host, see peer.ts).
 */
export function originAllowed(origin: string | null, { allowed, loopback }: OriginPolicy): boolean {
  return origin === null || allowed.includes(origin) || (loopback && isLoopbackOrigin(origin));
}

function isLoopbackOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return false;
  return ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

const PREFLIGHT = {
  "access-control-allow-methods": "GET, POST",
  "access-control-allow-headers": "authorization, content-type, trpc-accept, last-event-id",
  "access-control-max-age": "600",
};

/** What lets an allowed page read the answer. Without credentials: tokens travel in a header that pages set themselves. */
export function corsHeaders(origin: string | null): Record<string, string> {
  return origin === null ? { vary: "origin" } : { vary: "origin", "access-control-allow-origin": origin };
}

/** The answer to a browser that asks before it sends. */
export function preflight(origin: string | null): Response {
  return new Response(null, { status: 204, headers: { ...corsHeaders(origin), ...PREFLIGHT } });
}
