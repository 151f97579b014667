/** Why an embedded server could not be started; the message says what to do about it. */
export type EmbeddedProblem =
  | "UnsupportedPlatform"
  | "NoAccount"
  | "NoPermission"
  | "DataFolderBusy"
  | "ForeignDataFolder"
  | "PortBusy"
  | "StartFailed";

/** A failure of the machine around us (not a bug of ours), to be shown to a person without a stack. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";

  constructor(readonly problem: EmbeddedProblem, message: string) {
    super(message);
  }
}
