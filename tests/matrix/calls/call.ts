import type { EventId, StreamId } from "@gatz/domain";
import type { Person, Role } from "../cast.ts";
import type { Place, TalkOptions } from "../place.ts";
import type { CallKind } from "../wire.ts";

/** How the procedure of a row is called. */
export interface Call {
  readonly kind: CallKind;
  /** What a person sends about a place. */
  readonly input: (at: Place, as: Person) => object | undefined;
  /** The type of draft that it offers, like `group/leave`. */
  readonly writes?: string;
  /** That draft as it is: the same that `input` makes the procedure offer, with an id of its own. */
  readonly draft?: (at: Place, as: Person) => OfferedDraft;
  /** How the discussion has to be, and what has to have happened: each a draft, and by whom; null: by who calls. */
  readonly talk?: TalkOptions;
  readonly before?: readonly Before[];
  /** Of the place that does not exist, what does. Default: its people only. */
  readonly exists?: (at: Place) => Partial<Place>;
  /** Whether it has people of its own, since what it does to them would change other rows. */
  readonly isApart?: boolean;
  /** Of reads: texts of the place that stand in the answer to who is answered with all; and to an ex-member. */
  readonly shows?: { readonly now: (at: Place) => string; readonly then?: (at: Place) => string };
  /** Of feeds: where something happens, of which it brings news to who is a member; or that somebody types in the discussion. */
  readonly news?: "group" | "discussion" | "typing";
  /** What it tells of people to whoever asks for them; or `all`: it shows the inside. */
  readonly tells?: "all" | ((at: Place) => readonly string[]);
}

export interface OfferedDraft {
  readonly stream: StreamId;
  readonly id: string;
  readonly type: string;
  readonly version: 1;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Before {
  readonly by: Role | null;
  /** Like `discussion/lock`. */
  readonly draft: string;
  /** The id that it is to have. */
  readonly id?: (at: Place) => EventId;
}

export type Calls = Readonly<Record<string, Call>>;
