/** The page: two people in one discussion, and the log under them. @module */
import { shardOf } from "@gatz/domain";
import { createRoot } from "react-dom/client";
import { LogTail } from "./log_tail.tsx";
import { Pane } from "./pane.tsx";
import { openSession } from "./session.ts";
import "./style.css";

const root = createRoot(document.getElementById("root")!);
try {
  const { people, discussion } = await openSession(location);
  root.render(
    <>
      {people.map((person) => <Pane key={person.user} {...{ person, first: discussion }} />)}
      <LogTail gatz={people[0].gatz} shard={shardOf(discussion)} />
    </>,
  );
} catch (error) {
  const said = error instanceof Error ? error.message : String(error);
  root.render(<p role="alert">It does not work: {said}. {location.hash && <a href="/">Begin anew</a>}</p>);
}
