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
  const names = new Map(people.map(({ user, handle }) => [user, handle]));
  root.render(
    <>
      {people.map((person) => <Pane key={person.user} {...{ person, first: discussion, names }} />)}
      <LogTail api={people[0].gatz.api} shard={shardOf(discussion)} names={names} />
    </>,
  );
} catch (error) {
  root.render(<p role="alert">{error instanceof Error ? error.message : String(error)}</p>);
}
