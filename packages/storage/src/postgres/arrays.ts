/**
 * Array parameters as text. The writer sends every column of a batch as one array; making the literals here is quicker than the
 * library's serializers, and can't throw in the middle of a pipeline.
 * @module
 */

/** Numbers, uuids: what needs no quotes. */
export function plainArray(values: readonly (string | number | null)[]): string {
  let out = "{";
  for (let i = 0; i < values.length; i++) out += (i === 0 ? "" : ",") + (values[i] ?? "NULL");
  return out + "}";
}

/** Texts, JSON: quoted and escaped. */
export function quotedArray(values: readonly (string | null)[]): string {
  let out = "{";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    out += (i === 0 ? "" : ",") + (value === null || value === undefined ? "NULL" : `"${escaped(value)}"`);
  }
  return out + "}";
}

/** Byte strings, given in hexadecimal. */
export function byteaArray(values: readonly string[]): string {
  return `{${values.map((hex) => `"\\\\x${hex}"`).join(",")}}`;
}

const ESCAPES = /[\\"]/g;

function escaped(value: string): string {
  return value.replace(ESCAPES, "\\$&");
}
