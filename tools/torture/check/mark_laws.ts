/** How far people have read, as they were told, as their devices heard, and as it is stored at the end (READ1). @module */
import type { Mark, RecordOf } from "../history/record.ts";
import type { Evidence } from "./draft_laws.ts";

interface Told {
  readonly t: number;
  readonly mark: Mark;
}

export class MarkLaws {
  readonly #evidence: Evidence;
  /** By user and discussion: what was said of the mark, and whether an answer was lost. */
  readonly #told = new Map<string, Told[]>();
  readonly #unsure = new Set<string>();
  /** By device and discussion: the newest that its feed brought; by device: when it began. */
  readonly #heard = new Map<string, Mark>();
  readonly #devices = new Map<string, { readonly user: string; readonly since: number; socket: number }>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  mark({ user, mark, t, incarnation }: RecordOf<"mark">): void {
    const key = `${user} ${mark[0]}`;
    // Of a life that was lost it may have been kept, or not.
    if (!this.#evidence.lives.keeps(incarnation, t)) return void this.#unsure.add(key);
    this.#told.set(key, [...this.#told.get(key) ?? [], { t, mark }]);
  }

  lost({ user, stream }: RecordOf<"mark-lost">): void {
    this.#unsure.add(`${user} ${stream}`);
  }

  device({ device, user, t }: RecordOf<"device">): void {
    this.#devices.set(device, { user, since: t, socket: 0 });
  }

  /** What comes by one socket goes forward only. */
  receipt({ device, socket, items }: RecordOf<"receipt">): void {
    const known = this.#devices.get(device);
    const isNew = known !== undefined && known.socket !== socket;
    if (isNew) known.socket = socket;
    for (const item of items) {
      if (item[0] !== "read") continue;
      const [, ...mark] = item;
      const key = `${device} ${mark[0]}`;
      const before = this.#heard.get(key);
      if (!isNew && before !== undefined && (isBehind(mark, before) || mark[3] < before[3])) {
        this.#add("a read mark that goes back", `${key}: ${mark} after ${before}`);
      }
      if (before === undefined || !isBehind(mark, before)) this.#heard.set(key, mark);
    }
  }

  /** At the end the marks are those that people were told, the furthest of each, and every device that is left knows them. */
  finish(devices: readonly string[]): void {
    const stored = new Map(this.#evidence.log.marks.map(({ user, mark }) => [`${user} ${mark[0]}`, mark]));
    for (const [key, told] of this.#told) {
      const furthest = told.map(({ mark }) => mark).reduce((one, other) => isBehind(one, other) ? other : one);
      const found = stored.get(key);
      if (found === undefined || isBehind(found, furthest)) {
        this.#add("a read mark lost", `${key}: ${found}, and ${furthest} was told`);
      } else if (isBehind(furthest, found) && !this.#unsure.has(key)) {
        this.#add("a read mark that nobody set", `${key}: ${found}, and ${furthest} was the furthest told`);
      }
    }
    for (const key of stored.keys()) {
      if (!this.#told.has(key) && !this.#unsure.has(key)) this.#add("a read mark that nobody set", key);
    }
    for (const device of devices) this.#checkDevice(device, stored);
  }

  /** What was set after a device had its list must have come by its feed. */
  #checkDevice(device: string, stored: ReadonlyMap<string, Mark>): void {
    const { user, since } = this.#devices.get(device) ?? { user: "", since: Infinity };
    for (const [key, told] of this.#told) {
      const [whose, stream] = key.split(" ");
      const final = stored.get(key);
      if (
        whose !== user || final === undefined || !told.some(({ t, mark }) => t > since + SET_MS && same(mark, final))
      ) continue;
      if (told.some(({ t, mark }) => t <= since + SET_MS && same(mark, final))) continue;
      const heard = this.#heard.get(`${device} ${stream}`);
      if (heard === undefined || !same(heard, final)) {
        this.#add("a device that does not know a read mark", `${device} ${stream}: ${heard}, not ${final}`);
      }
    }
  }

  #add(kind: string, what: string): void {
    this.#evidence.violations.add("READ1", kind, what);
  }
}

/** Marking is answered within this. */
const SET_MS = 10_000;

function isBehind([, epoch, seq]: Mark, [, otherEpoch, otherSeq]: Mark): boolean {
  return epoch < otherEpoch || (epoch === otherEpoch && seq < otherSeq);
}

function same(one: Mark, other: Mark): boolean {
  return one[1] === other[1] && one[2] === other[2];
}
