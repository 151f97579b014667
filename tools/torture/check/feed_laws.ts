/** What each device received, held against the log: nothing left out, twice, out of order, or for other eyes (LIVE1–5). @module */
import type { Head, NotedItem, RecordOf } from "../history/record.ts";
import type { Evidence } from "./draft_laws.ts";
import type { Drafts } from "./drafts.ts";
import type { FinalLog, LogRow } from "./final_log.ts";
import type { ReadLaws } from "./read_laws.ts";

interface Device {
  readonly name: string;
  readonly user: string;
  readonly incarnation: string;
  /** When its list was asked for. */
  readonly since: number;
  /** Everything up to here was received, or known to be there. */
  readonly held: Map<string, number>;
  socket: number;
  /** Where each stream stands on the present socket. */
  session: Map<string, number>;
  /** What came before the present socket said which life it is of, by it and by those before that never said. */
  waiting: RecordOf<"receipt">[] | undefined;
  /** The newest socket that brought anything. */
  newest: number;
  over: boolean;
}

export class FeedLaws {
  readonly #evidence: Evidence;
  readonly #reads: ReadLaws;
  readonly #devices = new Map<string, Device>();

  constructor(evidence: Evidence, reads: ReadLaws) {
    this.#evidence = evidence;
    this.#reads = reads;
  }

  device({ device: name, user, incarnation, asked, heads }: RecordOf<"device">): void {
    this.#devices.set(name, {
      ...{ name, user, incarnation, since: asked },
      held: new Map(heads),
      ...{ socket: 0, newest: 0, session: new Map(), waiting: undefined, over: false },
    });
  }

  dropped({ device }: RecordOf<"dropped">): void {
    const found = this.#devices.get(device);
    if (found !== undefined) found.over = true;
  }

  receipt(receipt: RecordOf<"receipt">): void {
    const device = this.#devices.get(receipt.device);
    if (device === undefined || device.over) return;
    if (receipt.socket !== device.newest) {
      device.newest = receipt.socket;
      device.waiting ??= [];
    }
    if (device.waiting === undefined) return this.#judge(device, receipt);
    device.waiting.push(receipt);
    const live = receipt.items.find(([kind]) => kind === "live");
    if (live?.[0] !== "live") return;
    if (live[1] !== device.incarnation) {
      // Of another life: the device drops what it holds and starts anew.
      device.over = true;
      return;
    }
    const { waiting } = device;
    device.waiting = undefined;
    for (const one of waiting) this.#judge(device, one);
  }

  /** At the end, the devices that are left hold everything. */
  finish(names: readonly string[], drafts: Drafts): void {
    const offered = firstOffers(drafts);
    for (const name of names) {
      const device = this.#devices.get(name);
      if (device === undefined || device.over) {
        this.#evidence.violations.add("LIVE1", "a device that never began", name);
      } else this.#checkComplete(device, offered);
    }
  }

  #judge(device: Device, { socket, items, t }: RecordOf<"receipt">): void {
    if (socket !== device.socket) Object.assign(device, { socket, session: new Map() });
    const kept = this.#evidence.lives.keeps(device.incarnation, t);
    for (const item of items) {
      switch (item[0]) {
        case "event":
        case "opaque": {
          const [from, to] = item[0] === "event" ? [item[2], item[2]] : [item[2], item[3]];
          this.#follow(device, item[1], { from, to, t });
          this.#reads.feedItem(item, { user: device.user, where: `${device.name} at ${t}`, kept });
          break;
        }
        case "joined":
        case "behind": {
          const [stream, head] = item[0] === "joined" ? [item[1], item[3]] : [item[1], item[2]];
          this.#jump(device, stream, head);
          if (kept) this.#reads.told(device.user, stream, { head, where: `${device.name} at ${t}` });
          break;
        }
        case "live":
          this.#checkHeads(device, item[2], t);
          break;
        case "beat":
          this.#checkHeads(device, item[1], t);
          break;
        case "read":
        case "setting":
        case "shard":
        case "signal":
          break;
      }
      this.#saw(device, item, t);
    }
  }

  /** By one socket each seq comes once and in order; after a cut some come again, and none is left out. */
  #follow(device: Device, stream: string, { from, to, t }: { from: number; to: number; t: number }): void {
    const before = device.session.get(stream);
    const held = device.held.get(stream);
    const where = `${device.name}, socket ${device.socket}, at ${t}: ${stream}`;
    const { violations } = this.#evidence;
    if (before === undefined) {
      if (held !== undefined && from > held + 1) {
        violations.add("LIVE3", "events left out by a feed", `${where}: ${from} after ${held}, on a new socket`);
      }
    } else if (from > before + 1) {
      violations.add("LIVE3", "events left out by a feed", `${where}: ${from} after ${before}`);
    } else if (from <= before) {
      violations.add("LIVE3", "an event twice on one socket", `${where}: ${from} after ${before}`);
    }
    device.session.set(stream, to);
    device.held.set(stream, Math.max(held ?? 0, to));
  }

  #jump(device: Device, stream: string, head: number): void {
    if (head < (device.session.get(stream) ?? 0)) {
      const what = `${device.name}, socket ${device.socket}: ${stream}, ${head}`;
      this.#evidence.violations.add("LIVE3", "a head that is older than what came", what);
    }
    device.session.set(stream, head);
    device.held.set(stream, Math.max(device.held.get(stream) ?? 0, head));
  }

  /** Events come before the heads that count them (LIVE4). */
  #checkHeads(device: Device, heads: readonly Head[], t: number): void {
    for (const [stream, seq] of heads) {
      const held = device.held.get(stream) ?? 0;
      if (seq <= held) continue;
      const what = `${device.name}, socket ${device.socket}, at ${t}: ${stream}: ${seq}, and ${held} came`;
      this.#evidence.violations.add("LIVE4", "a head before its events", what);
    }
  }

  #saw({ user, incarnation }: Device, item: NotedItem, t: number): void {
    if (item[0] === "event") this.#reads.saw({ user, stream: item[1], seq: item[2], t, incarnation });
  }

  #checkComplete(device: Device, offered: ReadonlyMap<string, number>): void {
    const { log, violations } = this.#evidence;
    for (const stream of log.streams.keys()) {
      const head = log.stays(stream).headFor(device.user, log.headOf(stream));
      if (head === 0) continue;
      const held = device.held.get(stream);
      if (held === undefined && !isNews({ log, stream, head, offered, since: device.since })) continue;
      if (held !== head) {
        violations.add("LIVE1", "a device that does not hold all", `${device.name}: ${stream}: ${held} of ${head}`);
      }
    }
  }
}

/** Whether the last that somebody may see of a stream was surely made after a device had its list. */
function isNews(
  { log, stream, head, offered, since }: {
    readonly log: FinalLog;
    readonly stream: string;
    readonly head: number;
    readonly offered: ReadonlyMap<string, number>;
    readonly since: number;
  },
): boolean {
  const row = log.at(stream, head);
  return row !== undefined && (offered.get(causeOf(row, log).id) ?? 0) > since + LIST_MS;
}

/** Nobody offers what somebody's own stream is told of others; it comes after what it tells of. */
function causeOf(row: LogRow, log: FinalLog): LogRow {
  if (row.actor !== "system") return row;
  const { stream, seq, group, groupSeq } = row.body;
  return log.at(stream ?? group ?? "", seq ?? groupSeq ?? 0) ?? row;
}

/** A list is answered within this. */
const LIST_MS = 10_000;

/** When each event was first offered. */
function firstOffers(drafts: Drafts): Map<string, number> {
  const first = new Map<string, number>();
  for (const { id, attempts } of drafts.all) {
    first.set(id, Math.min(first.get(id) ?? Infinity, ...attempts.map(({ began }) => began)));
  }
  return first;
}
