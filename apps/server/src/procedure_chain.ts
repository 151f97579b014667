/**
 * A procedure's chain of middlewares, walked by a loop of our own. tRPC's copies the call twice for each middleware, key by key, through a
 * helper of its compiler; that was the largest single cost of a send (decision 0015). What a middleware is given and gives is the same.
 * @module
 */
import { type AnyProcedure, getTRPCErrorFromUnknown, type TRPCError } from "@trpc/server";

/** What tRPC calls a procedure with; more of it is handed on untouched. */
interface Call {
  readonly ctx: object;
  readonly input?: unknown;
  readonly getRawInput: () => Promise<unknown>;
}

type Result = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly error: TRPCError };

interface Step extends Call {
  readonly meta: unknown;
  next(change?: Partial<Call>): Promise<Result>;
}

/** What a procedure was built from; its published type says less than there is. */
interface Definition {
  readonly meta: unknown;
  /** The last one is the resolver. */
  readonly middlewares: readonly ((step: Step) => Promise<Result>)[];
}

/** The procedure, with the same type and definition, called without tRPC's copying. */
export function withLeanChain<P extends AnyProcedure>(procedure: P): P {
  const definition = procedure._def as unknown as Definition;
  const invoke = async (call: Call) => {
    const result = await run(definition, call, 0);
    if (result.ok) return result.data;
    throw result.error;
  };
  // All that tRPC asks of a procedure is that it can be called and has its definition.
  return Object.assign(invoke, { _def: procedure._def, meta: definition.meta, procedure: true }) as unknown as P;
}

/** Runs the middleware at `index`, which runs those behind it by `next`. Never rejects. */
async function run(definition: Definition, call: Call, index: number): Promise<Result> {
  const { meta, middlewares } = definition;
  try {
    return await middlewares[index]!({ // a chain ends with the resolver, which calls no next
      ...call,
      meta,
      input: call.input,
      next: (change) => run(definition, change === undefined ? call : changed(call, change), index + 1),
    });
  } catch (cause) {
    return { ok: false, error: getTRPCErrorFromUnknown(cause) };
  }
}

function changed(call: Call, change: Partial<Call>): Call {
  return {
    ...call,
    ctx: change.ctx === undefined ? call.ctx : { ...call.ctx, ...change.ctx },
    input: "input" in change ? change.input : call.input,
    getRawInput: change.getRawInput ?? call.getRawInput,
  };
}
