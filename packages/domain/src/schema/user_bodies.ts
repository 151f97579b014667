/** The bodies of what a user proposes to their own stream (USR1–4, BLK1). @module */
import { z } from "zod";
import type { BlockUser, EndAccount, SetProfile } from "../events.ts";
import { zAttachment, zDescription, zEmptyBody, zName } from "./bodies.ts";
import { zUserId } from "./ids.ts";

export const zSetProfileBody = z.strictObject({
  name: zName.optional(),
  about: zDescription.optional(),
  avatar: zAttachment.nullable().optional(),
}) satisfies z.ZodType<SetProfile["body"]>;
/** Of blocking and unblocking. */
export const zBlockBody = z.strictObject({ user: zUserId }) satisfies z.ZodType<BlockUser["body"]>;
export const zEndAccountBody = zEmptyBody satisfies z.ZodType<EndAccount["body"]>;
