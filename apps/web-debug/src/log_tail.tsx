/** The end of a shard's log, as it grows. @module */
import type { ConnectedGatz } from "@gatz/client";
import type { LogEvent, Position, ShardNumber, UserId } from "@gatz/domain";
import { useEffect, useState } from "react";
import { useNames } from "./shown.ts";

const COLUMNS = ["shard", "position", "stream", "seq", "type", "actor", "body"];
const SHOWN = 200;
const BODY_CHARACTERS = 200;

type Entry = { readonly position: Position; readonly event: LogEvent };

export function LogTail({ gatz, shard }: { gatz: ConnectedGatz; shard: ShardNumber }) {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const feed = gatz.api.debug.tail.subscribe({ shard, last: SHOWN }, {
      onData: ({ data }) => setEntries((held) => [...held, ...data.events].slice(-SHOWN)),
      onError: ({ message }) => setProblem(message),
    });
    return () => feed.unsubscribe();
  }, [gatz, shard]);
  const isPerson = (actor: LogEvent["actor"]): actor is UserId => actor !== "system";
  const nameOf = useNames(gatz, entries.map(({ event }) => event.actor).filter(isPerson));
  const cells = ({ position, event: { stream, seq, type, actor, body } }: Entry) => [
    ...[shard, position, `…${stream.slice(-6)}`, seq, type, isPerson(actor) ? nameOf(actor) : actor],
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
