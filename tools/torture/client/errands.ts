/** What people ask for that is no draft: how far they have read, and the group of two. @module */
import type { Chance } from "../../replay/plan/random.ts";
import type { History } from "../history/history.ts";
import { zDirect, zMarked } from "./answers.ts";
import type { Line } from "./line.ts";
import { pause } from "./pause.ts";
import type { Town } from "./town.ts";

export interface Errand {
  readonly user: string;
  readonly chance: Chance;
  readonly town: Town;
  readonly line: Line;
  readonly history: History;
}

const REFUSED_MS = 20;

/** Moves the mark of what has been read: mostly forward, as every device does by itself, now and then back (READ1). */
export async function moveMark({ user, chance, town, line, history }: Errand): Promise<void> {
  const discussion = town.discussionFor(user, chance);
  if (discussion === undefined) return;
  const { id: stream, head } = discussion;
  const input = { discussion: stream, seq: 1 + chance.below(head + 1) };
  const path = chance.once(0.1) ? "reads.markUnread" : "reads.mark";
  const answer = await line.call({ kind: "mutation", path, input, answer: zMarked });
  if (answer.kind === "lost") return void history.note({ k: "mark-lost", user, stream });
  // One that was refused for now may have been on its way.
  if (answer.kind === "refused") {
    if (answer.code !== "NotFound") history.note({ k: "mark-lost", user, stream });
    return await pause(REFUSED_MS);
  }
  const { incarnation, mark: { discussion: of, epoch, seq, rev } } = answer.value;
  history.note({ k: "mark", user, incarnation, mark: [of, epoch, seq, rev] });
}

/** Asks for the one group of two, which may be there already (GRP1). */
export async function askForDirect({ user, chance, town, line, history }: Errand): Promise<void> {
  const other = chance.pick(town.people);
  if (other === user) return;
  const input = { user: other };
  const answer = await line.call({ kind: "mutation", path: "groups.direct", input, answer: zDirect });
  if (answer.kind !== "answered") return await pause(REFUSED_MS);
  const { incarnation, group, outcome: { kind } } = answer.value;
  if (kind !== "accepted" && kind !== "duplicate") return;
  history.note({ k: "direct", user, other, group, incarnation });
}
