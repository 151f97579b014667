/** Runs that once broke a law, and what they found. They are run before any fresh ones; a seed tells the same only until the simulation changes. */
export const SEEDS: readonly { readonly seed: number; readonly found: string }[] = [
  { seed: 24, found: "who was added again with all of the history lacked what had come opaque while they were out" },
  {
    seed: 1162,
    found:
      "a run of effects larger than a queue's bounds is refused as Busy for ever: the bounds must be above 100 drafts",
  },
  { seed: 5145, found: "nobody wrote a shard any more that was closed while a node took it, and then opened again" },
];
