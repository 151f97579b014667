/** Whether every effect has arrived, or waits (SHARD3). @module */
import {
  canonicalJson,
  type Draft,
  effects,
  idToUuid,
  type LogEvent,
  type Position,
  type ShardNumber,
  shardOf,
  type StreamState,
} from "@gatz/domain";
import type { Queryable } from "../postgres/queryable.ts";
import type { OutboxTable } from "../schema/shard_tables.ts";
import { expectedDigest } from "./digest.ts";
import { LookUps, type OtherLogs } from "./elsewhere.ts";
import { asJson, type Report } from "./problem.ts";

interface Effect {
  event: LogEvent;
  draft: Draft;
}

export class EffectsCheck {
  readonly #outbox: Map<string, OutboxTable> | null;
  readonly #delivered: LookUps<Effect>;
  readonly #options: EffectsOptions;

  /** @param outbox what waits; null: nobody knows, and what is not there is taken to wait */
  constructor(outbox: readonly OutboxTable[] | null, options: EffectsOptions) {
    this.#outbox = outbox && new Map(outbox.map((row) => [row.id, row]));
    this.#delivered = new LookUps((shard, asked) => this.#lookUp(shard, asked));
    this.#options = options;
  }

  /** @param q the snapshot that is verified */
  static async open(q: Queryable, options: EffectsOptions): Promise<EffectsCheck> {
    const outbox = await q.sql<OutboxTable[]>`select * from ${q.sql(q.schema)}.outbox`;
    return new EffectsCheck(outbox, options);
  }

  /** Checks the effects of one event; `state` is the one after it. */
  async take(event: LogEvent, { state, position }: { state: StreamState; position: Position }): Promise<void> {
    for (const draft of effects(event, state)) {
      const uuid = idToUuid(draft.id);
      const row = this.#outbox?.get(uuid);
      this.#outbox?.delete(uuid);
      if (row === undefined) await this.#delivered.add(shardOf(draft.stream), { event, draft });
      else this.#compare(row, { event, draft, position });
    }
  }

  /** Asks what is still to be asked, and reports what is left in the outbox. */
  async finish(): Promise<void> {
    await this.#delivered.flush();
    const { shard, report } = this.#options;
    for (const row of this.#outbox?.values() ?? []) {
      report({
        shard,
        check: "outbox",
        what: `outbox row ${row.id}`,
        expected: `an event at position ${row.position} that has this effect`,
        found: asJson(row.draft),
      });
    }
  }

  #compare(row: OutboxTable, { event, draft, position }: Effect & { position: Position }): void {
    const expected = { position, target_shard: shardOf(draft.stream), draft };
    const found = { position: row.position, target_shard: row.target_shard, draft: row.draft };
    if (canonicalJson(expected) === canonicalJson(found)) return;
    const { shard, report } = this.#options;
    report({
      shard,
      stream: event.stream,
      check: "outbox",
      what: `outbox row ${draft.id}, an effect of ${event.type} ${event.id}`,
      expected: asJson(expected),
      found: asJson(found),
    });
  }

  async #lookUp(where: ShardNumber, asked: readonly Effect[]): Promise<void> {
    const { shard, digestKey, logs, report } = this.#options;
    const found = await logs.digests(where, asked.map(({ draft }) => idToUuid(draft.id)));
    if (found === null) return;
    for (const { event, draft } of asked) {
      const digest = found.get(idToUuid(draft.id));
      const mayWait = digest === undefined && this.#outbox === null;
      if (mayWait || digest === expectedDigest(digestKey, { ...draft, actor: "system" })) continue;
      report({
        shard,
        stream: event.stream,
        check: "effects",
        what: `${draft.type} ${draft.id} for ${draft.stream}, an effect of ${event.type} ${event.id}`,
        expected: "in that stream's log, or in the outbox",
        found: digest === undefined ? null : "an event with other content",
      });
    }
  }
}

export interface EffectsOptions {
  shard: ShardNumber;
  digestKey: Uint8Array;
  logs: OtherLogs;
  report: Report;
}
