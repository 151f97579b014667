/** `discussions.*`: what a discussion is called, says of itself, shows first and lets people do (DISC1, DISC4). @module */
import {
  type Draft,
  zBecauseBody,
  zDescribeDiscussionBody,
  zDiscussionId,
  zNewEventId,
  zPinBody,
  zRenameBody,
  zSetSlowModeBody,
} from "@gatz/domain";
import { z } from "zod";
import type { UserContext } from "../context.ts";
import { offerOne } from "../offers.ts";
import { memberOffer } from "../trpc.ts";

const to = { id: zNewEventId, discussion: zDiscussionId };
const zNothingMore = z.strictObject(to);
const zPinInput = z.strictObject({ ...to, ...zPinBody.shape });
const zBecauseInput = z.strictObject({ ...to, ...zBecauseBody.shape });

export const discussionSettings = {
  rename: memberOffer
    .input(z.strictObject({ ...to, ...zRenameBody.shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "rename", version: 1, body })
    ),

  describe: memberOffer
    .input(z.strictObject({ ...to, ...zDescribeDiscussionBody.shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "describe", version: 1, body })
    ),

  pin: memberOffer.input(zPinInput).mutation(({ ctx, input: { id, discussion, ...body } }) =>
    write(ctx, { stream: discussion, id, type: "pin-message", version: 1, body })
  ),

  unpin: memberOffer.input(zPinInput).mutation(({ ctx, input: { id, discussion, ...body } }) =>
    write(ctx, { stream: discussion, id, type: "unpin-message", version: 1, body })
  ),

  lock: memberOffer.input(zBecauseInput).mutation(({ ctx, input: { id, discussion, ...body } }) =>
    write(ctx, { stream: discussion, id, type: "lock", version: 1, body })
  ),

  unlock: memberOffer.input(zNothingMore).mutation(({ ctx, input: { id, discussion } }) =>
    write(ctx, { stream: discussion, id, type: "unlock", version: 1, body: {} })
  ),

  close: memberOffer.input(zBecauseInput).mutation(({ ctx, input: { id, discussion, ...body } }) =>
    write(ctx, { stream: discussion, id, type: "close", version: 1, body })
  ),

  reopen: memberOffer.input(zNothingMore).mutation(({ ctx, input: { id, discussion } }) =>
    write(ctx, { stream: discussion, id, type: "reopen", version: 1, body: {} })
  ),

  setSlowMode: memberOffer
    .input(z.strictObject({ ...to, ...zSetSlowModeBody.shape }))
    .mutation(({ ctx, input: { id, discussion, ...body } }) =>
      write(ctx, { stream: discussion, id, type: "set-slow-mode", version: 1, body })
    ),
};

const write = (context: UserContext, draft: Draft) => offerOne(context, { draft, names: { stream: "discussion" } });
