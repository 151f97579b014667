/** Whether two routers ask and answer the same, deep down. Types only: the compiler runs them. @module */
import type { AnyRouter, inferRouterInputs, inferRouterOutputs } from "@trpc/server";

/** The paths of procedures whose inputs or outputs differ, or that one of the two has not; `never` if there are none. */
export type Different<A extends AnyRouter, B extends AnyRouter> =
  | DifferentParts<inferRouterInputs<A>, inferRouterInputs<B>>
  | DifferentParts<inferRouterOutputs<A>, inferRouterOutputs<B>>;

type DifferentParts<A, B> =
  | Only<Paths<A>, Paths<B>>
  | {
    [R in keyof A & keyof B]: {
      [P in keyof A[R] & keyof B[R]]: Equal<Plain<A[R][P]>, Plain<B[R][P]>> extends true ? never : Path<R, P>;
    }[keyof A[R] & keyof B[R]];
  }[keyof A & keyof B];

type Only<A, B> = Exclude<A, B> | Exclude<B, A>;
type Paths<A> = { [R in keyof A]: { [P in keyof A[R]]: Path<R, P> }[keyof A[R]] }[keyof A];
type Path<R, P> = `${R & string}.${P & string}`;

/** Unlike assignability in both directions, this tells `any` and optional properties apart. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** A brand's symbol is another one in another file: what is branded becomes its base and its brand's name. Recursive types end at a depth. */
type Plain<T, Levels extends 0[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]> = T extends string ? PlainScalar<T, string>
  : T extends number ? PlainScalar<T, number>
  : T extends object ? Levels extends [0, ...infer Left extends 0[]] ? PlainObject<T, Left> : "deep"
  : T;
type PlainObject<T, Left extends 0[]> = T extends readonly unknown[] ? { [K in keyof T]: Plain<T[K], Left> }
  : { [K in keyof T as PlainKey<K>]: Plain<T[K], Left> };
type PlainScalar<T, Base> = [Brand<T, Base>] extends [never] ? T : { base: Base; brand: T[Brand<T, Base>] };
type PlainKey<K> = K extends string
  ? [Brand<K, string>] extends [never] ? K : `${K[Brand<K, string>] & string}: ${string}`
  : K;
type Brand<T, Base> = Exclude<keyof T, keyof Base>;

/** The paths of procedures that answer what JSON can't hold. */
export type NotJson<A extends AnyRouter> = {
  [R in keyof inferRouterOutputs<A>]: {
    [P in keyof inferRouterOutputs<A>[R]]: [Odd<inferRouterOutputs<A>[R][P]>] extends [never] ? never : Path<R, P>;
  }[keyof inferRouterOutputs<A>[R]];
}[keyof inferRouterOutputs<A>];

type Odd<T, Levels extends 0[] = [0, 0, 0, 0, 0, 0, 0, 0]> = T extends string | number | boolean | null | undefined
  ? never
  : T extends object ? T extends (...args: never[]) => unknown ? T
    : Levels extends [0, ...infer Left extends 0[]]
      ? T extends readonly (infer Item)[] ? Odd<Item, Left> : { [K in keyof T]-?: Odd<T[K], Left> }[keyof T]
    : never
  : T;
