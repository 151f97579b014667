import type { Proposal } from "./events.ts";

/**
 * The content that tells a retry from a reuse of its id (LOG2): JSON, with sorted keys at every depth, of stream, actor, type, version
 * and body. Fields that are undefined are as absent.
 */
export function canonicalContent({ stream, actor, type, version, body }: Proposal): string {
  return JSON.stringify({ stream, actor, type, version, body }, (_key, value: unknown) => sorted(value));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
