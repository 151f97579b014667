/** The places of a row: one for all who change nothing, and one of their own for each of those who do. @module */
import type { Storage } from "@gatz/storage";
import { type Cast, newCast, type Role } from "./cast.ts";
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

  of(row: Row, options: { changes: boolean }): Promise<Stage> {
    return remembered(this.#stages, row.name, () => this.#make(row, options));
  }

  async #make(row: Row, { changes }: { changes: boolean }): Promise<Stage> {
    const { storage, url } = this.server;
    const cast = await remembered(this.#casts, row.file, () => newCast(url));
    const exOf = exOfRow(row);
    const own = [...row.cells].filter(([column, cell]) => changes && isAccepted(cell) && isSomebody(column));
    const [shared, ...places] = await Promise.all([
      newPlace(storage, { cast, exOf }),
      ...own.map(([column]) => newPlace(storage, { cast, exOf, of: column as Role })),
    ]);
    const byColumn = new Map(own.map(([column], i) => [column, places[i]!])); // one each
    return { placeFor: (column) => byColumn.get(column) ?? shared };
  }
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
