/** The end of a shard's log, as it grows. @module */
import type { GatzApi } from "@gatz/client";
import type { LogEvent, Position, ShardNumber } from "@gatz/domain";
import { useEffect, useState } from "react";
import type { Names } from "./pane.tsx";
import { useBottom } from "./use_bottom.ts";

interface Entry {
  readonly position: Position;
  readonly event: LogEvent;
}

const COLUMNS = ["shard", "position", "stream", "seq", "type", "actor", "body"];
const SHOWN = 200;
const BODY_CHARACTERS = 200;

export function LogTail({ api, shard, names }: { api: GatzApi; shard: ShardNumber; names: Names }) {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const list = useBottom<HTMLElement>(entries.at(-1)?.position ?? 0);
  useEffect(() => {
    const feed = api.debug.tail.subscribe({ shard, last: SHOWN }, {
      onData: ({ data }) => setEntries((held) => [...held, ...data.events].slice(-SHOWN)),
    });
    return () => feed.unsubscribe();
  }, [api, shard]);
  return (
    <section className="tail" aria-label="the log's tail" ref={list} tabIndex={0}>
      <table>
        <thead>
          <tr>{COLUMNS.map((name) => <th key={name}>{name}</th>)}</tr>
        </thead>
        <tbody>
          {entries.map(({ position, event: { stream, seq, type, actor, body } }) => (
            <tr key={position}>
              {[shard, position, `…${stream.slice(-6)}`, seq, type, actor === "system" ? actor : names.get(actor)]
                .map((cell, n) => <td key={n}>{cell}</td>)}
              <td dir="auto">{JSON.stringify(body).slice(0, BODY_CHARACTERS)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
