/**
 * Loaded before each test file (`deno test --preload`): a test, or a hook of tests, that does not end in time fails by its
 * name and with the steps that it was in, and the others go on. Deno's own `timeout` has to be given by each test, says
 * nothing of steps, and is not for hooks. @module
 */
import { inTime } from "./in_time.ts";

/** For tests that give no `timeout` (in ms; 0 is none) themselves. In a whole run the longest of them takes 27 s. */
const DEADLINE_MS = 120_000;
/** For hooks: what they start may have to be loaded from the network first. */
const HOOK_MS = 300_000;
/** So much later Deno itself ends what has not let even a timer run. */
const BLOCKED_MS = 5_000;

type Fn = (...given: unknown[]) => void | Promise<void>;
type Options = Omit<Partial<Deno.TestDefinition>, "fn"> & { readonly fn?: Fn };

// Where a test is, Deno tells by the innermost frame that is of a file. This one, next to the test's own, is of none.
const { changing } = await import(
  "data:text/javascript,export const changing = (register, change) => (...args) => register(...change(args));"
);

/** Whatever a file does before its first test or hook. */
const loading = setTimeout(() => {
  throw new Error(`no test was begun within ${DEADLINE_MS / 1000} s`);
}, DEADLINE_MS).unref();

/** Of all the forms that a test's arguments have, makes one. */
function withDeadline(args: readonly (string | Fn | Options)[]): [name: string, Options, Fn] {
  const [{ name: named, fn: given, timeout = DEADLINE_MS, ...options } = {}] = args.filter((arg) =>
    typeof arg === "object"
  );
  const fn = args.find((arg) => typeof arg === "function") ?? given;
  const name = args.find((arg) => typeof arg === "string") ?? named ?? fn?.name;
  if (fn === undefined || name === undefined) throw new TypeError("a test has a name and a function");
  const blocked = timeout === 0 ? 0 : timeout + BLOCKED_MS;
  return [name, { ...options, timeout: blocked }, (...given) => within(timeout, `"${name}"`, () => fn(...given))];
}

async function within(deadlineMs: number, what: string, run: () => void | Promise<void>): Promise<void> {
  clearTimeout(loading);
  const ended = Promise.try(run);
  await (deadlineMs === 0 ? ended : inTime(ended, () => `${what} has not ended`, { withinMs: deadlineMs }));
}

/** `Deno.test` itself, its `only` and its `ignore`. */
const testWithDeadline = (test: typeof Deno.test.only) =>
  Object.assign(changing(test, withDeadline), {
    each: (cases: unknown[]) => changing(test.each(cases), withDeadline),
  });

const hookWithDeadline = (kind: "beforeAll" | "beforeEach" | "afterEach" | "afterAll") =>
  changing(Deno.test[kind], ([hook]: [() => void]) => [() => within(HOOK_MS, `${kind} of its tests`, hook)]);

Object.assign(Deno, {
  test: Object.assign(testWithDeadline(Deno.test), {
    ...{ only: testWithDeadline(Deno.test.only), ignore: testWithDeadline(Deno.test.ignore) },
    ...{ beforeAll: hookWithDeadline("beforeAll"), beforeEach: hookWithDeadline("beforeEach") },
    ...{ afterEach: hookWithDeadline("afterEach"), afterAll: hookWithDeadline("afterAll") },
    sanitizer: Deno.test.sanitizer,
  }),
});
