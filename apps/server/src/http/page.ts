/** The page at `/` and what it loads. @module */
import type { Page } from "@gatz/web-debug";

const PAGE_HEADERS = {
  // Only what this server sends, in nobody's frame. Tokens are in fragments, which no header carries on.
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
};
const YEAR = "public, max-age=31536000, immutable";

/** The answer for a path of the page, or null if it is not one. */
export async function servePage(path: string, page: () => Promise<Page>): Promise<Response | null> {
  if (path !== "/" && !/^\/[\w.-]+\.(js|css)$/.test(path)) return null;
  const { html, assets } = await page();
  if (path === "/") {
    return new Response(html, {
      headers: { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" },
    });
  }
  const asset = assets.get(path);
  if (asset === undefined) return null;
  return new Response(asset.body, { headers: { "content-type": asset.contentType, "cache-control": YEAR } });
}
