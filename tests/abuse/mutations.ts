/** Calls that were valid until something happened to them: seeded, so that a finding can be had again. @module */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What belongs nowhere. */
const STRANGE: readonly Json[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    9_007_199_254_740_993,
    "",
    "\u0000",
    "\ud800",
    "x".repeat(40_000),
    "😀".repeat(9_000),
  ],
  ...["undefined", "__proto__", "constructor", "'; drop table events; --", "disc_", "user_00000000000000000000000000"],
  ...[[], {}, [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]], { __proto__: null }, {
    toString: 1,
    valueOf: 1,
    json: { json: {} },
  }],
];
const PATHS = [
  "",
  ".",
  "messages",
  "messages.send.mutate",
  "__proto__",
  "constructor.prototype",
  "auth.me,auth.me",
  "log.offer",
];
const METHODS = ["query", "mutation", "subscription", "subscription.stop", "connectionParams", "delete", ""];

/** One of the calls, changed once to three times, as the text of a frame: mostly JSON still, now and then not. */
export function mutated(calls: readonly object[], random: () => number): string {
  const call = structuredClone(oneOf(calls, random)) as { [key: string]: Json };
  for (let times = 1 + below(3, random); times > 0; times--) mutate(call, random);
  const dice = random();
  if (dice < 0.05) return JSON.stringify(Array.from({ length: below(60, random) }, () => call));
  const text = JSON.stringify(call);
  if (dice < 0.1) return text.slice(0, below(text.length, random));
  if (dice < 0.2) return scribbled(text, random);
  return text;
}

function mutate(call: { [key: string]: Json }, random: () => number): void {
  const params = call.params;
  const dice = random();
  if (dice < 0.05) call.method = oneOf(METHODS, random);
  else if (dice < 0.1 && isObject(params)) params.path = oneOf(PATHS, random);
  else if (dice < 0.15) call.id = oneOf(STRANGE, random);
  else mutateWithin(call, random);
}

/** Goes down somewhere, and changes what is there. */
function mutateWithin(at: { [key: string]: Json } | Json[], random: () => number): void {
  const keys = Object.keys(at);
  const key = oneOf([...keys, "extra"], random);
  const value: Json | undefined = Array.isArray(at) ? at[Number(key)] : at[key];
  const set = (changed: Json) => Array.isArray(at) ? void (at[Number(key) || 0] = changed) : void (at[key] = changed);
  if (value !== null && typeof value === "object" && random() < 0.8) return mutateWithin(value, random);
  const dice = random();
  if (dice < 0.2) Array.isArray(at) ? at.splice(Number(key) || 0, 1) : delete at[key];
  else if (dice < 0.5 && typeof value === "string") set(scribbled(value, random));
  else if (dice < 0.6 && value !== undefined) set([value, value, value]);
  else if (dice < 0.7) set({ json: value ?? null, meta: { values: { [key]: ["undefined"] } } });
  else set(structuredClone(oneOf(STRANGE, random)));
}

/** Some characters are others. */
function scribbled(text: string, random: () => number): string {
  const characters = [...text];
  for (let times = 1 + below(3, random); times > 0; times--) {
    const at = below(characters.length + 1, random);
    characters.splice(at, below(2, random), String.fromCodePoint(1 + below(0x2fff, random)));
  }
  return characters.join("");
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function oneOf<T>(values: readonly T[], random: () => number): T {
  return values[below(values.length, random)]!; // none is empty
}

/** A whole number from 0, less than `bound` (or 0). */
export function below(bound: number, random: () => number): number {
  return Math.floor(random() * bound);
}
