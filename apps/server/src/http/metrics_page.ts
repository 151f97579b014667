/** `GET /metrics`: for Prometheus, who shows a token of its own. To everybody else there is nothing here. @module */
import { createHash, timingSafeEqual } from "node:crypto";
import { bearerToken } from "../auth/tokens.ts";
import type { Metrics } from "../metrics/metrics.ts";

export interface MetricsPage {
  readonly metrics: Metrics;
  /** What the caller must show; undefined: there is none to show. */
  readonly token: string | undefined;
  /**
   * Whether who asks needs no token: in development, from this machine. In production a connection from this machine may be a proxy's, on
   * behalf of anybody.
   */
  readonly isOpen: boolean;
}

/** Null for who may not know that it is there. */
export async function metricsResponse(request: Request, page: MetricsPage): Promise<Response | null> {
  const { metrics, token, isOpen } = page;
  if (!isOpen && !(token !== undefined && shows(request.headers, token))) return null;
  return new Response(await metrics.render(), {
    headers: { "content-type": metrics.contentType, "cache-control": "no-store" },
  });
}

/** Compared as hashes, which takes as long for any two. */
function shows(headers: Headers, token: string): boolean {
  const shown = bearerToken(headers);
  return shown !== null && timingSafeEqual(hashOf(shown), hashOf(token));
}

function hashOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
