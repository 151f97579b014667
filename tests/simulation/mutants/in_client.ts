/** Mistakes in the client: what simulated apps show must tell of each. */
import type { Mutant } from "./mutants.ts";

const CLIENT = "packages/client/src";

export const IN_CLIENT: readonly Mutant[] = [
  {
    mistake: "apps: a client that holds a discussion does not hear of a purge",
    file: `${CLIENT}/stream/held_messages.ts`,
    find: `if (event.type === "expunge") return this.#mark(withMark(this.#marks, event));`,
    replace: "",
  },
  {
    mistake: "apps: whom one has just blocked is shown on, where nothing else changes",
    file: `${CLIENT}/stream/picture_messages.ts`,
    find: "if (known?.blocks === blocks.of) return known.shown;",
    replace: "if (known !== undefined) return known.shown;",
  },
  {
    mistake: "apps: what may be done by a right of the group is not known",
    file: `${CLIENT}/app/open_discussion.ts`,
    find: `return group?.state?.kind === "group" && !group.isToBeOpenedAnew ? group.state : undefined;`,
    replace: "return undefined;",
  },
  {
    mistake: "apps: what may be done stays as it was before a role was given",
    file: `${CLIENT}/stream/held_stream.ts`,
    find: "    const after = evolve(before, event);\n",
    replace: `    if (event.type === "set-role") return;\n    const after = evolve(before, event);\n`,
  },
  {
    mistake: "apps: a mark that another device has set is not shown",
    file: `${CLIENT}/list/discussions.ts`,
    find: `change.type === "read" ? rowMarked(row, change)`,
    replace: `change.type === "read" ? row`,
  },
  {
    mistake: "apps: a list shows on what an edit has replaced",
    file: `${CLIENT}/list/preview_arithmetic.ts`,
    find: `return next?.kind === "live" ? { ...next, reactions: preview.reactions } : null;`,
    replace: "return next && preview;",
  },
  {
    mistake: "apps: a list shows on what was purged",
    file: `${CLIENT}/list/row_arithmetic.ts`,
    find: `    case "set-role":\n    case "expunge":\n      return null;`,
    replace: `    case "set-role":\n      return null;\n    case "expunge":\n      return moved(row, event);`,
  },
  {
    mistake: "apps: a tab that opens a stream anew takes from the store what another has brought",
    file: `${CLIENT}/stream/stored_items.ts`,
    find: "to: eventKey(stream, head + 1)",
    replace: "to: eventsOf(stream).to",
  },
  {
    mistake: "apps: what is looked at leaves the store too",
    file: `${CLIENT}/sync/eviction.ts`,
    find: "if (isOver && stream !== own && !isHeld(stream)) {",
    replace: "if (isOver && stream !== own) {",
  },
  {
    mistake: "apps: what has left the store is gone on with, as if it were there",
    file: `${CLIENT}/sync/eviction.ts`,
    find: "        streams.forget(stream);\n",
    replace: "",
  },
  {
    mistake: "apps: a gap is not read",
    file: `${CLIENT}/sync/kept_stream.ts`,
    find: `return head < known || this.#isToBeCompared ? "read" : null;`,
    replace: `return this.#isToBeCompared ? "read" : null;`,
  },
  {
    mistake: "apps: a draft whose fate is unknown counts as refused",
    file: `${CLIENT}/outbox/verdict.ts`,
    find: `      case "unknown":
        return { ...NOTHING, acks, afterMs: 0 };`,
    replace: `      case "unknown":
        return { ...NOTHING, acks, refused: { draft, rejection: { kind: "rejected", code: "Closed" } } };`,
  },
  {
    mistake: "apps: a list that was read while a shard was silent counts as whole",
    file: `${CLIENT}/list/pages.ts`,
    find: "page.next === null && !isSilent && !this.#isLess",
    replace: "page.next === null",
  },
  {
    mistake: "apps: what is opened before it is there stays missing",
    file: `${CLIENT}/sync/kept_stream.ts`,
    find: `    if (head <= this.#part.known) return;
    if (this.#isMissing) this.#askAgain();`,
    replace: "    if (head <= this.#part.known) return;",
  },
];
