/** A person's discussions, latest activity first: what is unread, and the newest message. @module */
import type { Gatz, ListRow } from "@gatz/client";
import type { DiscussionId } from "@gatz/domain";
import { type Names, useShown } from "./shown.ts";

type Listed = Extract<ListRow, { kind: "discussion" }>;

const SHOWN = 20;

interface ListsProps {
  readonly gatz: Gatz;
  readonly names: Names;
  readonly chosen: DiscussionId;
  readonly choose: (discussion: DiscussionId) => void;
}

export function Lists({ gatz, names, chosen, choose }: ListsProps) {
  const { rows } = useShown(gatz.discussions);
  return (
    <nav aria-label="discussions">
      {rows.slice(0, SHOWN).map((row) => (
        <button
          key={row.id}
          type="button"
          aria-current={row.id === chosen}
          onClick={() => choose(row.id)}
        >
          {row.kind === "discussion" ? <Listing {...{ row, names }} /> : <i>does not answer</i>}
        </button>
      ))}
    </nav>
  );
}

function Listing({ row: { name, unread, mentions, preview }, names }: { row: Listed; names: Names }) {
  return (
    <>
      <b>{name}</b>
      {unread !== null && unread.count > 0 && (
        <mark title={`${mentions?.count ?? 0} mention you`}>{unread.count}{unread.more && "+"}</mark>
      )}
      <small dir="auto">{preview && `${names.get(preview.author) ?? "somebody"}: ${excerpt(preview)}`}</small>
    </>
  );
}

function excerpt(preview: NonNullable<Listed["preview"]>): string {
  if (preview.kind === "live") return preview.text.slice(0, 60);
  return preview.kind === "deleted" ? "deleted message" : "a message of somebody blocked";
}
