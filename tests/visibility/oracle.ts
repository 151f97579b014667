/** Which planted words somebody may be told, from the rows of the log and the plainest reading of VIS1–4, MOD2 and BLK1. @module */
import type { Log, Row } from "./log_rows.ts";
import { Stays } from "./stays.ts";
import { wordsIn } from "./words.ts";

/** Where a word was written. */
interface Place {
  readonly row: Row;
  readonly field: string;
}

export class Oracle {
  readonly #rows: Log["rows"];
  readonly #stays: ReadonlyMap<string, Stays>;
  readonly #places = new Map<string, Place[]>();

  readonly #blocks: Log["blocks"];

  constructor({ rows, blocks }: Log) {
    this.#rows = rows;
    this.#blocks = blocks;
    this.#stays = new Map([...rows].map(([stream, its]) => [stream, new Stays(its)]));
    for (const row of [...rows.values()].flat()) {
      for (const [field, value] of Object.entries(row.body)) {
        for (const word of typeof value === "string" ? wordsIn(value) : []) {
          this.#places.set(word, [...this.#places.get(word) ?? [], { row, field }]);
        }
      }
    }
  }

  /** How many words are in the log. */
  get size(): number {
    return this.#places.size;
  }

  staysIn(stream: string): Stays | undefined {
    return this.#stays.get(stream);
  }

  rowsOf(stream: string): readonly Row[] {
    return this.#rows.get(stream) ?? [];
  }

  /** Where a message was said. */
  discussionOf(message: string): string {
    return [...this.#rows].find(([, rows]) => rows.some(({ id }) => id === message))?.[0] ?? "nowhere";
  }

  blocks(user: string, other: string): boolean {
    return this.#blocks.get(user)?.has(other) ?? false;
  }

  /** Why a word is not for somebody, or null. `isView`: it is shown to them as they want it, without those whom they block. */
  refuse(word: string, viewer: string, { isView }: { isView: boolean }): string | null {
    const places = this.#places.get(word);
    if (places === undefined) return "was never accepted";
    const isBlocked = ({ row, field }: Place) =>
      isView && field === "text" && row.actor !== null && this.blocks(viewer, row.actor);
    if (places.some((place) => this.#isFor(place, viewer) && !isBlocked(place))) return null;
    return places.map(({ row, field }) => `${field} of ${row.type} ${row.seq} in ${row.stream}`).join(" and ");
  }

  #isFor({ row, field }: Place, viewer: string): boolean {
    const stays = this.#stays.get(row.stream)!; // every row is of a stream
    const moderates = () => stays.mayHaveModerated(viewer) || this.#moderatesGroup(row, viewer);
    switch (row.type) {
      case "flag-message":
        return stays.seesRow(viewer, row) && (row.actor === viewer || moderates());
      case "resolve-flag":
        return stays.seesRow(viewer, row) && moderates();
      case "create":
      case "rename":
      case "describe":
        return stays.seesRow(viewer, row) || this.#seesAfter(row, { field, viewer }) || this.#isAnnounced(row, viewer);
      case "create-invite":
        return stays.mayHaveModerated(viewer) && stays.headOf(viewer) >= row.seq;
      case "discussion-open":
        return this.#seesSince(row.stream, row.seq, viewer);
      default:
        return stays.seesRow(viewer, row);
    }
  }

  /** Moderators of the group read flags in the queue (MOD2), of discussions that they are in. */
  #moderatesGroup(row: Row, viewer: string): boolean {
    const group = this.rowsOf(row.stream)[0]?.body.group ?? ""; // a group's own rows name none
    return this.#stays.get(group)?.mayHaveModerated(viewer) ?? false;
  }

  /** What people of the group may join is described to them (DISC3). */
  #isAnnounced(row: Row, viewer: string): boolean {
    const { group, join } = this.rowsOf(row.stream)[0]!.body; // it has a first
    if (join === undefined) return false;
    const open = this.rowsOf(group).find(({ type, body }) =>
      type === "discussion-open" && body.discussion === row.stream
    );
    return open !== undefined && this.#seesSince(group, open.seq, viewer);
  }

  #seesSince(stream: string, from: number, viewer: string): boolean {
    return (this.#stays.get(stream)?.headOf(viewer) ?? 0) >= from;
  }

  /** Whether the stream was still called so at a seq that the viewer may see: what they see of it there is all that led up to it. */
  #seesAfter(row: Row, { field, viewer }: { field: string; viewer: string }): boolean {
    const stays = this.#stays.get(row.stream)!;
    const changed = this.rowsOf(row.stream).find(({ seq, type, body }) =>
      seq > row.seq && ["rename", "describe"].includes(type) && body[field] !== undefined
    );
    for (let seq = row.seq; seq < (changed?.seq ?? stays.head + 1); seq++) if (stays.sees(viewer, seq)) return true;
    return false;
  }
}
