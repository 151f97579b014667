/** Tells an operator what happened, without SQL, parameters or secrets. */
export type Report = (what: string, details: Readonly<Record<string, string | number>>) => void;

/** For what happens again and again: said the first, second, fourth, eighth time. */
export function isPowerOfTwo(times: number): boolean {
  return (times & (times - 1)) === 0;
}
