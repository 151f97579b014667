/** A person's discussions, latest activity first: what is unread, and the newest message. @module */
import type { Gatz, ListRow } from "@gatz/client";
import type { DiscussionId, UserId } from "@gatz/domain";
import { useNames, useShown } from "./shown.ts";

type Listed = Extract<ListRow, { kind: "discussion" }>;

const SHOWN = 20;

interface ListsProps {
  readonly gatz: Gatz;
  readonly chosen: DiscussionId;
  readonly choose: (discussion: DiscussionId) => void;
}

export function Lists({ gatz, chosen, choose }: ListsProps) {
  const rows = useShown(gatz.discussions).rows.slice(0, SHOWN);
  const nameOf = useNames(gatz, rows.flatMap((row) => row.kind === "discussion" ? row.preview?.author ?? [] : []));
  return (
    <nav aria-label="discussions">
      {rows.map((row) => (
        <button
          key={row.id}
          type="button"
          aria-current={row.id === chosen}
          onClick={() => choose(row.id)}
        >
          {row.kind === "discussion" ? <Listing {...{ row, nameOf }} /> : <i>does not answer</i>}
        </button>
      ))}
    </nav>
  );
}

function Listing({ row: { name, role, unread, mentions, preview }, nameOf }: {
  readonly row: Listed;
  readonly nameOf: (user: UserId) => string;
}) {
  return (
    <>
      <b dir="auto">{name}</b>
      {unread !== null && unread.count > 0 && (
        <mark title={`${mentions?.count ?? 0} mention you`}>{unread.count}{unread.more && "+"}</mark>
      )}
      <small dir="auto">
        {role === null && "(left) "}
        {preview && `${nameOf(preview.author)}: ${excerpt(preview)}`}
      </small>
    </>
  );
}

function excerpt(preview: NonNullable<Listed["preview"]>): string {
  if (preview.kind === "live") return preview.text.slice(0, 60);
  return preview.kind === "deleted" ? "deleted message" : "a message of somebody blocked";
}
