/** At the end of a day: what followers hold, what pages show, what the log folds to, and what the ledger expects. @module */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type DiscussionId,
  type DiscussionState,
  intervalsOf,
  memberCount,
  roleOf,
  type StreamState,
} from "@gatz/domain";
import { type Following, readLogOf } from "../follow/follower.ts";
import { type Held, Notebook } from "../follow/notebook.ts";
import { disagreement } from "../ledger/disagreement.ts";
import { type Account } from "../play/accounts.ts";
import { type Api, httpApi } from "../play/connections.ts";
import { ask } from "../play/deliver.ts";
import type { Scene } from "../play/scene.ts";
import { type Difference, firstDifference } from "./difference.ts";
import { foldedViews } from "./folded_view.ts";
import { allPages, type WholeDiscussion } from "./pages.ts";

/** A feed brings what is missing within one beat (LIVE4), 15 s apart by default. */
const PATIENCE_MS = 40_000;
const POLL_MS = 50;

/** Whether the acks, and the pages of somebody who saw all of a discussion, are as the ledger expects. */
export async function judgeScene(scene: Scene, { url, blocks }: Judging): Promise<Difference | null> {
  const witness = scene.account(scene.plan.witness);
  const [odd] = scene.ledger.oddAcks;
  if (odd) {
    return {
      about: `${scene.title} (${scene.discussion}), acks`,
      path: `seq ${odd.seq}`,
      expected: "later and greater",
      found: odd.problem,
    };
  }
  const pages = await allPages(httpApi(url, witness.token), scene.discussion);
  const about = `${scene.title} (${scene.discussion}), pages for ${witness.nick} against the ledger`;
  const { head } = scene.ledger;
  if (pages.asOf < head) return { about, path: "asOf", expected: `${head} or more`, found: pages.asOf };
  return againstLedger(scene, { pages, account: witness, blocks: blocks(witness.user) });
}

export interface Judging {
  readonly url: string;
  /** Whom somebody blocks. */
  readonly blocks: (user: string) => ReadonlySet<string>;
}

export interface FollowerJudgement extends Judging {
  readonly title: string;
  readonly discussion: DiscussionId;
  /** What the follower's own view should be, by what was sent. */
  readonly scene?: Scene;
  /** How long to wait for what the feed has not brought yet; default two beats and a half. */
  readonly patienceMs?: number;
}

/** Whether what a follower folded, what their pages show, the fold of the log as they may read it, and the ledger are equal. */
export async function judgeFollower(
  { account, notebook }: Pick<Following, "account" | "notebook">,
  { url, title, discussion, scene, blocks: blocksOf, patienceMs = PATIENCE_MS }: FollowerJudgement,
): Promise<Difference | null> {
  const api = httpApi(url, account.token);
  const blocks = blocksOf(account.user);
  const pages = await allPages(api, discussion);
  const wrong = scene && againstLedger(scene, { pages, account, blocks });
  if (wrong) return wrong;
  const view = await ask(`${discussion} by id`, () => api.discussions.byId.query({ discussion }));
  const shown = { ...pages, discussion: view.discussion };
  const as = `${title} (${discussion}) as seen by ${account.nick}`;
  const read = await readWhole(api, { account, discussion, head: pages.asOf });
  const held = await reached(notebook, { discussion, head: pages.asOf, patienceMs });
  return compare(`${as}, pages against the log's fold`, { held: read, shown, account, blocks }) ??
    compare(`${as}, pages against what the feed brought`, { held, shown, account, blocks });
}

interface Seen {
  readonly pages: WholeDiscussion;
  readonly account: Account;
  readonly blocks: ReadonlySet<string>;
}

function againstLedger(scene: Scene, { pages, account, blocks }: Seen): Difference | null {
  const expected = scene.ledger.expectedFor(account.user);
  const found = disagreement(expected, { shown: pages.messages, viewer: account.user, blocks });
  const about = `${scene.title} (${scene.discussion}), pages for ${account.nick} against the ledger`;
  return found && { about, ...found };
}

interface Reader {
  readonly account: Account;
  readonly discussion: DiscussionId;
  readonly head: number;
}

async function readWhole(api: Api, { account, discussion, head }: Reader): Promise<Held> {
  const reader = new Notebook({ viewer: account.nick, streams: new Set([discussion]), readLog: readLogOf(api) });
  reader.start(discussion, head);
  await reader.settled();
  return reader.held(discussion);
}

/** What a notebook holds once it has reached a head, or when waiting for that is over. */
async function reached(
  notebook: Notebook,
  { discussion, head, patienceMs }: { discussion: DiscussionId; head: number; patienceMs: number },
): Promise<Held> {
  const until = performance.now() + patienceMs;
  for (;;) {
    await notebook.settled();
    const held = notebook.held(discussion);
    if (held.seq >= head || performance.now() > until) return held;
    await sleep(POLL_MS);
  }
}

interface Compared extends Omit<Seen, "pages"> {
  readonly held: Held;
  readonly shown: WholeDiscussion & { readonly discussion: unknown };
}

function compare(about: string, { held, shown, account, blocks }: Compared): Difference | null {
  const folded = { asOf: held.seq, messages: foldedViews(held.messages, { viewer: account.user, blocks }) };
  const found = firstDifference({ asOf: shown.asOf, messages: shown.messages }, folded) ??
    compareState({ held, shown, account });
  return found && { about, ...found };
}

/** Somebody to whom nothing was hidden can fold the discussion itself too. */
function compareState({ held, shown, account }: Omit<Compared, "blocks">): ReturnType<typeof firstDifference> {
  if (!isDiscussion(held.state)) return null;
  const { kind, id, seq, group, name, owner, closed, createdAt, locked, pins } = held.state;
  const role = roleOf(held.state, account.user) ?? null;
  const folded = {
    ...{ kind, id, seq, group, name, owner, closed, createdAt, locked, pins, role },
    memberCount: memberCount(held.state),
    mine: intervalsOf(held.state, account.user),
  };
  return firstDifference(shown.discussion, folded, "discussion");
}

function isDiscussion(state: StreamState | null): state is DiscussionState {
  return state?.kind === "discussion";
}
