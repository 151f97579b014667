/** What a backup says of each stream: which of its events it holds, and their checksums. @module */
import { createHash, type Hash } from "node:crypto";
import type { StreamId } from "@gatz/domain";
import type { EventLine } from "./lines.ts";
import type { StreamLine } from "./format.ts";

interface Sum {
  readonly from: number;
  head: number;
  readonly skeletons: Hash;
  readonly bodies: Hash;
  /** Not yet hashed: a hash costs by the call more than by the byte. */
  waiting: { skeletons: string[]; bodies: string[] };
}

/** The streams of one shard, as their events go by in order. */
export class StreamSums {
  readonly #sums = new Map<StreamId, Sum>();
  readonly #touched = new Set<Sum>();

  /** How many streams there are so far. */
  get size(): number {
    return this.#sums.size;
  }

  take({ stream, seq, skeleton, content }: EventLine): void {
    const sum = this.#sums.get(stream) ?? this.#begin(stream, seq);
    sum.head = seq;
    sum.waiting.skeletons.push(skeleton);
    sum.waiting.bodies.push(content);
    this.#touched.add(sum);
  }

  /** Hashes what waits, at the end of a page. */
  settle(): void {
    for (const sum of this.#touched) {
      sum.skeletons.update(lines(sum.waiting.skeletons));
      sum.bodies.update(lines(sum.waiting.bodies));
      sum.waiting = { skeletons: [], bodies: [] };
    }
    this.#touched.clear();
  }

  /** Once only: a hash that was read is over. */
  *lines(): Generator<StreamLine> {
    this.settle();
    for (const [stream, { from, head, skeletons, bodies }] of this.#sums) {
      yield { stream, from, head, skeletons: skeletons.digest("hex"), bodies: bodies.digest("hex") };
    }
  }

  #begin(stream: StreamId, from: number): Sum {
    const hashes = { skeletons: createHash("sha256"), bodies: createHash("sha256") };
    const sum = { from, head: from, ...hashes, waiting: { skeletons: [], bodies: [] } };
    this.#sums.set(stream, sum);
    return sum;
  }
}

function lines(texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}
