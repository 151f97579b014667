/** The limits that `decide` judges; configuration may change each (the ± of docs/protocol.md). */
export interface DomainLimits {
  /** Code points of a message's text (MSG1). */
  textCodePoints: number;
  /** UTF-8 bytes of a message's text (MSG1). */
  textBytes: number;
  /** Attachments of one message (MSG1). */
  attachments: number;
  /** Mentions in one message. */
  mentions: number;
  /** Distinct emoji on one message (MSG4). */
  emojiPerMessage: number;
  /** Members of a group (GRP1), and so of a discussion. */
  members: number;
  /** Code points of a name of a group, discussion or user. */
  nameCodePoints: number;
  /** Code points of a reason. */
  reasonCodePoints: number;
  /** Code points of a description of a group or discussion, and of what a user says about themselves. */
  descriptionCodePoints: number;
  /** Pins of one discussion. */
  pins: number;
  /** Open flags of one discussion (MOD2). */
  openFlags: number;
  /** Of these, those of one flagger. */
  openFlagsPerMember: number;
  /** Purges of one discussion (MOD1). */
  purges: number;
  /** Invites of one group that are good for something (GRP3). */
  invites: number;
  /** People whom one user blocks (BLK1). */
  blocks: number;
  /** Seconds of a slow mode. */
  slowModeSeconds: number;
}

export const DEFAULT_LIMITS: Readonly<DomainLimits> = Object.freeze({
  textCodePoints: 10_000,
  textBytes: 32 * 1024,
  attachments: 10,
  mentions: 100,
  emojiPerMessage: 20,
  members: 1_000,
  nameCodePoints: 100,
  reasonCodePoints: 500,
  descriptionCodePoints: 1_000,
  pins: 50,
  openFlags: 200,
  openFlagsPerMember: 20,
  purges: 500,
  invites: 100,
  blocks: 1_000,
  slowModeSeconds: 21_600,
});
