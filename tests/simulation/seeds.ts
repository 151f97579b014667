/**
 * Runs that broke a law when they were found, and what they told. Any change of the simulation makes another history of a seed; each
 * mistake has a test of its own besides.
 */
export const SEEDS: readonly { readonly seed: number; readonly found: string }[] = [
  { seed: 24, found: "who was added again with all of the history lacked what had come opaque while they were out" },
  { seed: 139, found: "an offer was answered after its deadline, because of a look at who owns the shard" },
  {
    seed: 206,
    found: "a bundle whose ids were all used for other content came to an answer for each, where the first ends it",
  },
  { seed: 5145, found: "nobody wrote a shard any more that was closed while a node took it, and then opened again" },
  {
    seed: 202315,
    found: "a draft that had been acked was accepted again, because the answer to somebody else's COMMIT was lost",
  },
  {
    seed: 1881760091,
    found: "an app's offer waited for its user's account and then until its deadline, which a law took for too long",
  },
];
