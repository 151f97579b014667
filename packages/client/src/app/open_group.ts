/** A group that an app has open. @module */
import type { CanDo, GroupId } from "@gatz/domain";
import { can } from "../stream/can.ts";
import { drawGroup, type GroupPicture } from "../stream/picture.ts";
import type { GroupActs } from "./acts.ts";
import { NOTHING_HELD, OpenStream } from "./open_stream.ts";

/** A group that an app has open; {@link OpenDiscussion} likewise. */
export class OpenGroup extends OpenStream<GroupId, GroupActs, GroupPicture> {
  protected override draw(): GroupPicture {
    const drawing = this.drawing;
    return drawing === null ? { ...NOTHING_HELD, group: null } : drawGroup(drawing);
  }

  protected override judge(draft: GroupActs): CanDo {
    const drawing = this.drawing;
    return drawing === null ? { kind: "unknown" } : can(drawing, draft);
  }
}
