/** Two accounts of the same thing that do not agree. */
export interface Difference {
  /** What both are about, as `2005-02-08, discussion disc_…, as seen by ann`. */
  readonly about: string;
  /** Where in it, as `messages[3].reactions[0].count`. */
  readonly path: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** The first place where two values differ, depth first; a field that is undefined equals one that is absent. */
export function firstDifference(
  expected: unknown,
  found: unknown,
  path = "",
): Omit<Difference, "about"> | null {
  if (Object.is(expected, found)) return null;
  if (Array.isArray(expected) && Array.isArray(found)) return inLists(expected, found, path);
  if (!isRecord(expected) || !isRecord(found)) return { path, expected, found };
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const difference = firstDifference(expected[key], found[key], path === "" ? key : `${path}.${key}`);
    if (difference) return difference;
  }
  return null;
}

function inLists(
  expected: readonly unknown[],
  found: readonly unknown[],
  path: string,
): ReturnType<typeof firstDifference> {
  for (let i = 0; i < Math.max(expected.length, found.length); i++) {
    const difference = firstDifference(expected[i], found[i], `${path}[${i}]`);
    if (difference) return difference;
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const SHOWN = 300;

/** Three lines: what and where, and both values, shortened. */
export function showDifference({ about, path, expected, found }: Difference): string {
  const show = (value: unknown) => {
    const text = JSON.stringify(value) ?? "nothing";
    return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text;
  };
  const place = path === "" ? about : `${about}: ${path}`;
  return `${place}\n  expected ${show(expected)}\n  found    ${show(found)}`;
}

/** The accounts of a replay do not agree: this is the first difference. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
  constructor(readonly difference: Difference) {
    super(showDifference(difference));
  }
}
