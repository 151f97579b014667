/** `settings.*`: what the caller wants to be done for them alone, the same on all their devices. @module */
import {
  assert,
  type DiscussionId,
  type Incarnation,
  NOTIFY_LEVELS,
  type NotifyLevel,
  type PersonalChange,
  type Rev,
  rev,
  zDiscussionId,
} from "@gatz/domain";
import { z } from "zod";
import { setOne } from "../personal.ts";
import { memberProcedure, router, userProcedure } from "../trpc.ts";

export interface SettingView {
  readonly discussion: DiscussionId;
  /** `all` if nothing else was ever set. */
  readonly notify: NotifyLevel;
  /** As in the feed's `setting`; 0: never set. */
  readonly rev: Rev;
}

export interface SettingSet {
  readonly incarnation: Incarnation;
  readonly setting: SettingView;
}

export interface Settings {
  readonly incarnation: Incarnation;
  /** What the caller's settings are at least at. */
  readonly asOf: Rev;
  /** One a discussion, in their order. */
  readonly settings: readonly SettingView[];
}

const LOOKED_UP = 200;

export const settings = router({
  /** Which messages of a discussion the caller is notified of. The last to set it wins. */
  setDiscussion: memberProcedure
    .input(z.strictObject({ discussion: zDiscussionId, notify: z.enum(NOTIFY_LEVELS) }))
    .mutation(async ({ ctx, input }): Promise<SettingSet> => ({
      incarnation: ctx.services.storage.incarnation,
      setting: settingView(await setOne(ctx, { type: "setting", ...input })),
    })),

  ofDiscussions: userProcedure
    .input(z.strictObject({ discussions: z.array(zDiscussionId).min(1).max(LOOKED_UP) }))
    .query(async ({ ctx, input: { discussions } }): Promise<Settings> => {
      const { storage } = ctx.services;
      const { asOf, records } = await storage.personalOf(ctx.session.user, discussions);
      const set = new Map(
        records.filter(({ type }) => type === "setting").map((one) => [one.discussion, settingView(one)]),
      );
      return {
        incarnation: storage.incarnation,
        asOf,
        settings: discussions.map((discussion) => set.get(discussion) ?? { discussion, notify: "all", rev: rev(0) }),
      };
    }),
});

function settingView(change: PersonalChange): SettingView {
  assert(change.type === "setting", "a setting was answered by a mark");
  const { discussion, notify, rev } = change;
  return { discussion, notify, rev };
}
