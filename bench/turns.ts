/** Milliseconds of each of `times` calls of every case, one call at a time; the cases take turns, so that drift hits all alike. */
export async function inTurns<K extends string>(
  cases: Readonly<Record<K, (time: number) => Promise<void>>>,
  times: number,
): Promise<Record<K, number[]>> {
  const names = Object.keys(cases) as K[]; // its own keys
  const took = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let time = 0; time < times; time++) {
    for (const name of names) {
      const from = performance.now();
      await cases[name](time);
      took[name].push(performance.now() - from);
    }
  }
  return took;
}
