/** The places of a row: one for all who change nothing, and one of their own for each of those who do. @module */
import type { Draft } from "@gatz/domain";
import type { Storage } from "@gatz/storage";
import type { Call } from "./calls/call.ts";
import { draftOf, REPEATABLE } from "./calls/drafts.ts";
import { type Cast, newCast, type Role } from "./cast.ts";
import { by, offer } from "./offer.ts";
import { type ExOf, newPlace, type Place } from "./place.ts";
import type { Row } from "./rows.ts";
import { ANSWERS, type Column } from "./table.ts";

export interface Stage {
  placeFor(column: Column): Place;
}

/** Makes the stages of one server's rows; the people are the same for all rows of a file. */
export class Stages {
  readonly #casts = new Map<string, Promise<Cast>>();
  readonly #stages = new Map<string, Promise<Stage>>();

  constructor(readonly server: { readonly url: string; readonly storage: Storage }) {}

  of(row: Row, call: Call): Promise<Stage> {
    return remembered(this.#stages, row.name, () => this.#make(row, call));
  }

  async #make(row: Row, call: Call): Promise<Stage> {
    const cast =
      await (call.isApart ? newCast(this.server) : remembered(this.#casts, row.file, () => newCast(this.server)));
    const isAlone = ([column, cell]: [Column, string]) => isOnce(call) && isAccepted(cell) && isSomebody(column);
    const alone = [...row.cells].filter(isAlone).map(([column]) => column as Role);
    const make = (of?: Role) => this.#makePlace({ cast, exOf: exOfRow(row), call, ...(of && { of }) });
    const [shared, ...places] = await Promise.all([make(), ...alone.map(make)]);
    const byColumn = new Map<Column, Place>(alone.map((column, i) => [column as Column, places[i]!])); // one each
    return { placeFor: (column) => byColumn.get(column) ?? shared };
  }

  async #makePlace({ call, ...options }: { cast: Cast; exOf: ExOf; of?: Role; call: Call }): Promise<Place> {
    const { storage } = this.server;
    const { talk, before = [] } = call;
    const place = await newPlace(storage, { ...options, ...(talk && { talk }) });
    for (const { by: role, draft: name, id } of before) {
      if (role === null && options.of === undefined) continue; // those who are refused have done nothing
      const person = options.cast[role ?? options.of!];
      const draft = draftOf(name, { at: place, as: person });
      await offer(storage, draft.stream, [by(person, { ...draft, ...(id && { id: id(place) }) } as Draft)]);
    }
    return place;
  }
}

/** Whether what one person does leaves a place of no use to the next. */
function isOnce({ writes, before = [] }: Call): boolean {
  return writes !== undefined && (!REPEATABLE.has(writes) || before.some(({ by }) => by === null));
}

export function isAccepted(cell: string): boolean {
  return ANSWERS[cell]?.kind === "accepted";
}

function isSomebody(column: Column): boolean {
  return column !== "anon" && column !== "operator";
}

/** In the rows about groups, the ex-member is the group's. */
function exOfRow({ name }: Row): ExOf {
  return /^groups\.|forGroup|group\/|\(a group\)/.test(name) ? "group" : "discussion";
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}
