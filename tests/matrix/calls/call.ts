import type { Person } from "../cast.ts";
import type { Place } from "../place.ts";
import type { CallKind } from "../wire.ts";

/** How the procedure of a row is called. */
export interface Call {
  readonly kind: CallKind;
  /** What a person sends about a place. */
  readonly input: (at: Place, as: Person) => object | undefined;
  /** Of reads: texts of the place that stand in the answer to who is answered with all; and to an ex-member. */
  readonly shows?: { readonly now: (at: Place) => string; readonly then?: (at: Place) => string };
  /** Of feeds: where something happens, of which it brings news to who is a member. */
  readonly news?: "group" | "discussion";
  /** What it tells of people to whoever asks for them; or `all`: it shows the inside. */
  readonly tells?: "all" | ((at: Place) => readonly string[]);
}

export type Calls = Readonly<Record<string, Call>>;
