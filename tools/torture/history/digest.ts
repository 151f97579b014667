/** Tells whether two bodies say the same, without keeping them. @module */
import { createHash } from "node:crypto";

/**
 * Of a body with its fields in any order; absent and empty `mentions` and `attachments` are alike, since a call may leave them out.
 */
export function digestOf(body: unknown): string {
  return createHash("sha256").update(JSON.stringify(plain(body))).digest("hex").slice(0, 20);
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([name, field]) =>
    field !== undefined && !((name === "mentions" || name === "attachments") && isEmpty(field))
  );
  return Object.fromEntries(
    fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, plain(field)]),
  );
}

function isEmpty(field: unknown): boolean {
  return Array.isArray(field) && field.length === 0;
}
