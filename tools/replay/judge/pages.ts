import type { DiscussionId } from "@gatz/domain";
import type { Api } from "../play/connections.ts";
import { ask } from "../play/deliver.ts";

export type MessageView = Awaited<ReturnType<Api["messages"]["byDiscussion"]["query"]>>["messages"][number];

export interface WholeDiscussion {
  /** The head of the newest page, for this viewer. */
  readonly asOf: number;
  /** Newest first. */
  readonly messages: readonly MessageView[];
}

const PAGE = 100;

/** All messages of a discussion as the caller's pages show them. */
export async function allPages(api: Api, discussion: DiscussionId): Promise<WholeDiscussion> {
  const messages: MessageView[] = [];
  let asOf: number | undefined;
  let before: Awaited<ReturnType<Api["messages"]["byDiscussion"]["query"]>>["before"] = null;
  do {
    const place = before === null ? {} : { before };
    const page: Awaited<ReturnType<Api["messages"]["byDiscussion"]["query"]>> = await ask(
      `the pages of ${discussion}`,
      () => api.messages.byDiscussion.query({ discussion, limit: PAGE, ...place }),
    );
    asOf ??= page.asOf;
    messages.push(...page.messages);
    before = page.before;
  } while (before !== null);
  return { asOf, messages };
}
