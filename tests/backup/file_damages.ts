/** Ways to spoil a backup file, and what `verify` is to call each. @module */
import type { Check } from "@gatz/storage";

/** A block's lines: the first says what it is. */
export type Lines = string[];

export interface FileDamage {
  readonly name: string;
  readonly check: Check;
  /** Changes the blocks in place; the container is then made anew around them, with right checksums. */
  readonly spoil: (blocks: Lines[]) => void;
}

type Event = Record<string, unknown> & { position: number; seq: number; stream: string; type: string; actor: string };

/** The block and line of the first event that is wanted. */
function find(blocks: Lines[], wanted: (event: Event) => boolean): { lines: Lines; at: number; event: Event } {
  for (const lines of blocks) {
    if (!lines[0]!.startsWith('{"block":"events"')) continue;
    for (let at = 1; at < lines.length; at++) {
      const event = JSON.parse(lines[at]!) as Event;
      if (wanted(event)) return { lines, at, event };
    }
  }
  throw new Error("there is no such event");
}

const isMessage = (event: Event) => event.type === "new-message";

function change(blocks: Lines[], wanted: (event: Event) => boolean, changed: (event: Event) => void): void {
  const { lines, at, event } = find(blocks, wanted);
  changed(event);
  lines[at] = JSON.stringify(event);
}

/** Changes one field of a block's first line. */
function changeHead(blocks: Lines[], block: string, changed: (head: Record<string, unknown>) => void): void {
  const lines = blocks.find(([first]) => first!.startsWith(`{"block":"${block}"`))!;
  const head = JSON.parse(lines[0]!) as Record<string, unknown>;
  changed(head);
  lines[0] = JSON.stringify(head);
}

export const FILE_DAMAGES: readonly FileDamage[] = [
  {
    name: "an edited body",
    check: "digest",
    spoil: (blocks) => change(blocks, isMessage, (event) => event.body = { text: "forged" }),
  },
  {
    name: "an edited body is not what the stream's checksum says",
    check: "checksum",
    spoil: (blocks) => change(blocks, isMessage, (event) => event.body = { text: "forged" }),
  },
  {
    name: "another actor",
    check: "digest",
    spoil: (blocks) => {
      const { event: other } = find(blocks, (event) => event.type === "register");
      change(blocks, (event) => isMessage(event) && event.actor !== other.actor, (event) => event.actor = other.actor);
    },
  },
  {
    name: "another time",
    check: "time",
    spoil: (blocks) => change(blocks, (event) => isMessage(event) && event.seq > 2, (event) => event.at = 1),
  },
  {
    name: "a dropped line",
    check: "positions",
    spoil: (blocks) => {
      const { lines, at } = find(blocks, isMessage);
      lines.splice(at, 1);
    },
  },
  {
    name: "a dropped line, with everything counted anew",
    check: "seqs",
    spoil: (blocks) => {
      const { lines, at } = find(blocks, isMessage);
      lines.splice(at, 1);
      for (let i = at; i < lines.length; i++) {
        const event = JSON.parse(lines[i]!) as Event;
        lines[i] = JSON.stringify({ ...event, position: event.position - 1 });
      }
    },
  },
  {
    name: "two swapped seqs",
    check: "seqs",
    spoil: (blocks) => {
      const { event: one } = find(blocks, isMessage);
      change(
        blocks,
        (event) => event.stream === one.stream && event.seq === one.seq + 1,
        (event) => event.seq = one.seq,
      );
      change(blocks, (event) => event.position === one.position && event.stream === one.stream, (event) => event.seq++);
    },
  },
  {
    name: "two swapped lines",
    check: "positions",
    spoil: (blocks) => {
      const { lines, at } = find(blocks, isMessage);
      [lines[at], lines[at - 1]] = [lines[at - 1]!, lines[at]!];
    },
  },
  {
    name: "another shard's block",
    check: "place",
    spoil: (blocks) => changeHead(blocks, "events", (head) => head.shard = head.shard === 0 ? 1 : 0),
  },
  {
    name: "a line that is no JSON",
    check: "row",
    spoil: (blocks) => {
      const { lines, at } = find(blocks, isMessage);
      lines[at] = lines[at]!.slice(0, -3);
    },
  },
  {
    name: "a type that nobody knows",
    check: "row",
    spoil: (blocks) => change(blocks, isMessage, (event) => event.type = "old-message"),
  },
  {
    name: "a stream's checksum",
    check: "checksum",
    spoil: (blocks) => {
      const lines = blocks.find(([first]) => first!.startsWith('{"block":"streams"'))!;
      lines[1] = lines[1]!.replace(/"skeletons":"../, '"skeletons":"--');
    },
  },
  {
    name: "the counts of the manifest",
    check: "checksum",
    spoil: (blocks) => changeHead(blocks, "manifest", (head) => (head.events as number[])[0]!--),
  },
  {
    name: "the head of a shard",
    check: "positions",
    spoil: (blocks) => changeHead(blocks, "header", (head) => (head.positions as number[])[2]!++),
  },
  {
    name: "an effect without its cause",
    check: "cause",
    spoil: (blocks) =>
      change(blocks, (event) => event.type === "added-to", (event) => (event.body as { seq: number }).seq = 77),
  },
];
