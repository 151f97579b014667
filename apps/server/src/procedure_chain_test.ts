import { initTRPC, TRPCError } from "@trpc/server";
import { strict as assert } from "node:assert";
import { z } from "zod";
import { withLeanChain } from "./procedure_chain.ts";

interface Context {
  readonly names: readonly string[];
}

const t = initTRPC.context<Context>().meta<{ access: string }>().create({ isDev: false });
const naming = (name: string) =>
  t.procedure.use(({ ctx, next }) => next({ ctx: { names: [...ctx.names, name], [name]: true } }));
const shape = z.strictObject({ n: z.number() });

/** Procedures of every form of middleware that tRPC knows. */
const procedures = {
  plain: t.procedure.query(({ ctx, input, path }) => ({ ctx, input, path })),
  context: naming("one").concat(naming("two")).query(({ ctx }) => ctx),
  meta: t.procedure.meta({ access: "user" }).use(({ meta, next }) => next({ ctx: { meta } })).query(({ ctx }) => ctx),
  input: t.procedure.input(shape).query(({ input }) => input),
  twoInputs: t.procedure.input(z.object({ n: z.number() })).input(z.object({ m: z.number().default(3) }))
    .query(({ input }) => input),
  output: t.procedure.output(z.object({ n: z.string() })).query(() => ({ n: 1 }) as unknown as { n: string }),
  rawInput: t.procedure.use(({ next }) => next({ getRawInput: () => Promise.resolve({ n: 7 }) })).input(shape)
    .query(({ input }) => input),
  throwing: naming("one").query((): string => {
    throw new Error("from the resolver");
  }),
  refusing: t.procedure.use(() => {
    throw new TRPCError({ code: "FORBIDDEN", message: "no" });
  }).query(() => "unreached"),
  watched: t.procedure.use(async ({ next }) => {
    const result = await next();
    if (!result.ok) throw new TRPCError({ code: "CONFLICT", message: `seen: ${result.error.message}` });
    return result;
  }).input(shape).mutation(({ input }) => input.n),
};

type Raw = (call: object) => Promise<unknown>;

async function outcome(procedure: unknown, input: unknown): Promise<unknown> {
  const call = {
    ctx: { names: [] },
    path: "a.b",
    type: "query",
    batchIndex: 0,
    getRawInput: () => Promise.resolve(input),
  };
  try {
    return { data: await (procedure as Raw)(call) };
  } catch (error) {
    const { code, message, cause } = error as TRPCError;
    assert.ok(error instanceof TRPCError);
    return { code, message, cause: cause?.name, causeMessage: cause?.message };
  }
}

for (const [name, procedure] of Object.entries(procedures)) {
  Deno.test(`our chain comes to what tRPC's own comes to: ${name}`, async () => {
    for (const input of [undefined, { n: 1 }, { n: "x" }, { n: 2, more: true }]) {
      assert.deepEqual(await outcome(withLeanChain(procedure), input), await outcome(procedure, input));
    }
  });
}

Deno.test("tRPC takes a procedure with our chain for its own", async () => {
  const call = t.createCallerFactory(t.router({ context: withLeanChain(procedures.context) }))({ names: ["zero"] });
  assert.deepEqual(await call.context(), { names: ["zero", "one", "two"], one: true, two: true });
});
