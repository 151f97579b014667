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
});
