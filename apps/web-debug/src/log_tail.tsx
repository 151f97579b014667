/** The end of a shard's log, as it grows. @module */
import type { GatzApi } from "@gatz/client";
import type { LogEvent, Position, ShardNumber } from "@gatz/domain";
import { useEffect, useState } from "react";
import type { Names } from "./shown.ts";

const COLUMNS = ["shard", "position", "stream", "seq", "type", "actor", "body"];
const SHOWN = 200;
const BODY_CHARACTERS = 200;

type Entry = { readonly position: Position; readonly event: LogEvent };

export function LogTail({ api, shard, names }: { api: GatzApi; shard: ShardNumber; names: Names }) {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const feed = api.debug.tail.subscribe({ shard, last: SHOWN }, {
      onData: ({ data }) => setEntries((held) => [...held, ...data.events].slice(-SHOWN)),
      onError: ({ message }) => setProblem(message),
    });
    return () => feed.unsubscribe();
  }, [api, shard]);
  const cells = ({ position, event: { stream, seq, type, actor, body } }: Entry) => [
    ...[shard, position, `…${stream.slice(-6)}`, seq, type, actor === "system" ? actor : names.get(actor) ?? actor],
    JSON.stringify(body).slice(0, BODY_CHARACTERS),
  ];
  return (
    <section className="tail" aria-label="the log's tail">
      {problem && <p role="alert">{problem}</p>}
      <div className="end" tabIndex={0}>
        <table>
          <thead>
            <tr>{COLUMNS.map((name) => <th key={name}>{name}</th>)}</tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.position}>{cells(entry).map((cell, n) => <td key={n} dir="auto">{cell}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
