/** Somebody's list of discussions against the ledger: what is unread there, and the newest message (READ2, USR3). @module */
import type { Following } from "../follow/follower.ts";
import type { DiscussionLedger } from "../ledger/ledger.ts";
import type { Api } from "../play/connections.ts";
import { httpApi } from "../play/connections.ts";
import { ask } from "../play/deliver.ts";
import type { Scene } from "../play/scene.ts";
import { type Difference, firstDifference } from "./difference.ts";
import type { Judging } from "./judge.ts";

/** Counts go so far (READ2). */
const COUNTED = 99;

/** @param scenes the discussions that the follower was ever in */
export async function judgeList(
  { account }: Pick<Following, "account">,
  { scenes, url, blocks }: Judging & { readonly scenes: readonly Scene[] },
): Promise<Difference | null> {
  const rows = new Map((await allRows(httpApi(url, account.token), account.nick)).map((row) => [row.id, row]));
  for (const scene of scenes) {
    const row = rows.get(scene.discussion);
    const read = row?.kind === "discussion" ? row.mark?.seq ?? 0 : 0;
    const found = row?.kind === "discussion"
      ? {
        unread: row.unread?.count,
        mentions: row.unread?.more ? "some" : row.mentions?.count,
        preview: row.preview?.id ?? null,
      }
      : row?.kind;
    const expected = expectedRow(scene.ledger, { viewer: account.user, read, blocks });
    const about = `${scene.title} (${scene.discussion}) in the list of ${account.nick}, read to ${read}`;
    const difference = firstDifference(expected, found);
    if (difference) return { about, ...difference };
  }
  return null;
}

/** Who blocks the viewer does not mention them (BLK1). */
export function expectedRow(
  ledger: DiscussionLedger,
  { viewer, read, blocks }: Pick<Judging, "blocks"> & { readonly viewer: string; readonly read: number },
): object {
  const messages = ledger.expectedFor(viewer);
  const unread = messages.filter(({ seq, text, author }) =>
    seq > read && text !== null && author !== viewer && !blocks(viewer).has(author)
  );
  const mentions = unread.filter(({ mentions, author }) => mentions.includes(viewer) && !blocks(author).has(viewer));
  // Of more than are counted nobody knows which.
  const counted = Math.min(unread.length, COUNTED);
  return {
    unread: counted,
    mentions: unread.length > COUNTED ? "some" : mentions.length,
    preview: messages[0]?.id ?? null,
  };
}

type Row = Awaited<ReturnType<Api["discussions"]["byUser"]["query"]>>["rows"][number];

async function allRows(api: Api, nick: string): Promise<Row[]> {
  const rows: Row[] = [];
  let before: string | null = null;
  do {
    const place: { before?: string } = before === null ? {} : { before };
    const page: Awaited<ReturnType<Api["discussions"]["byUser"]["query"]>> = await ask(
      `the list of ${nick}`,
      () => api.discussions.byUser.query({ limit: 100, ...place }),
    );
    rows.push(...page.rows);
    before = page.next;
  } while (before !== null);
  return rows;
}
