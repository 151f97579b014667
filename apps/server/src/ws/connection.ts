/** What a feed needs to know of the connection that it writes to. */
export interface Connection {
  /** Null if another frame may be sent at once; else it resolves as soon as one may, or the connection has closed (LIVE5). Never rejects. */
  room(): Promise<void> | null;
  /** Aborted once the connection has closed. */
  readonly closed: AbortSignal;
}
