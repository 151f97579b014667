/** What is a user's own and no event: marks that merge in any order (READ1). */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { compareMarks, granted, type PersonalRecord, type PersonalWish, pinned } from "../src/personal.ts";
import { seq } from "../src/scalars.ts";
import { TALKS } from "../testing/chat.ts";

const wishes: fc.Arbitrary<PersonalWish[]> = fc.array(fc.record({
  type: fc.constantFrom("read" as const, "unread" as const),
  discussion: fc.constant(TALKS[0]),
  seq: fc.nat({ max: 9 }).map(seq),
  epoch: fc.nat({ max: 4 }),
}));

Deno.test("[READ1] a mark never goes back, a wish done twice is done once, and what reached everybody comes to the same in any order", () => {
  const after = (all: readonly PersonalWish[], from: PersonalRecord | null = null) =>
    all.reduce<PersonalRecord | null>((present, wish) => granted(pinned(wish, present), present), from);
  fc.assert(fc.property(wishes, wishes, (before, then) => {
    let present = after(before);
    for (const wish of then) {
      const sure = pinned(wish, present);
      const next = granted(sure, present);
      ok(present === null || compareMarks(next as never, present as never) >= 0);
      deepStrictEqual(granted(sure, next), next);
      present = next;
    }
  }));
  // Of one epoch, as from devices that all hold the same mark.
  const reads = wishes.map((all) => all.map((wish) => ({ ...wish, epoch: 0 }) as PersonalWish));
  fc.assert(fc.property(reads, fc.infiniteStream(fc.nat()), (all, picks) => {
    const left = [...all];
    const shuffled = all.map(() => left.splice(picks.next().value! % left.length, 1)[0]!);
    deepStrictEqual(after(all) === null, after(shuffled) === null);
    if (all.length > 0) deepStrictEqual(after(shuffled), after(all));
  }));
});
