import { callOf } from "../calls/calls.ts";
import type { Row } from "../rows.ts";

export interface Edit {
  /** From the repository's root. */
  readonly file: string;
  /** Stands there once. */
  readonly find: string;
  readonly replace: string;
}

/** A guard that lets everybody through. */
export interface Mutant {
  /** What is let through. */
  readonly guard: string;
  /** The rows whose cases are run: one of them has to fail. */
  readonly rows: readonly Row[];
  readonly edits: readonly Edit[];
}

/** The text with an edit made; throws unless what is to be replaced stands there once. */
export function edited(text: string, { file, find, replace }: Edit): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}

/** Reads a file of the repository. */
export type Read = (file: string) => string;

/** The rows that write a draft of some types. */
export function rowsOf(rows: readonly Row[], isWritten: (draft: string) => boolean): readonly Row[] {
  return rows.filter((row) => {
    const { writes } = callOf(row);
    return writes !== undefined && isWritten(writes);
  });
}
