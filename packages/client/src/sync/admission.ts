/**
 * The feed's connection: nothing is taken, told or asked on it before the server has said whose token it has (LIVE6). Each connection has one of
 * its own, and the app may have given another user's.
 * @module
 */
import type { Me, Server } from "../server/contract.ts";
import { type FeedFrame, InboxFeed } from "./feed.ts";
import { FrameGate } from "./frame_gate.ts";
import type { StatusBoard } from "./status.ts";
import { TokenCheck } from "./token_check.ts";
import { type Patience, untilAnswered } from "./until_answered.ts";

export interface AdmissionOptions extends Patience {
  readonly server: Pick<Server, "follow" | "me">;
  readonly board: StatusBoard;
  /** Up to where everything was taken; null: frames are of no use yet. */
  readonly cursor: () => string | null;
  readonly onFrame: (frame: FeedFrame) => void;
  /** Whether there is a connection of which it is known whose it is. */
  readonly onAdmitted: (admitted: boolean) => void;
  /** There is another connection: what was in the way may not be any more. */
  readonly onConnection: () => void;
  /** Whose it is: calls {@link Admission.admit}, or {@link Admission.refuse}. */
  readonly onMe: (me: Me) => Promise<void>;
  /** What is held is no ground to go on from. */
  readonly onCursorRefused: () => void;
  readonly onBug: (bug: unknown) => void;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #feed: InboxFeed;
  readonly #check: TokenCheck;
  /** Shut until the server has said whose token this connection has. */
  readonly #gate = new FrameGate();
  #isConnected = false;
  /** A feed is begun on a connection that has been checked. */
  #isGoingOn = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    const { server, board, onMe, onCursorRefused, onBug, timing, signal } = options;
    this.#check = new TokenCheck({
      ask: () => untilAnswered(() => server.me(), options),
      onMe,
      onTrouble: ({ problem }) => this.refuse(problem),
      onBug,
    });
    this.#feed = new InboxFeed({
      follow: (cursor, on) => server.follow(cursor, on),
      onFrame: (frame) => this.#receive(frame),
      onConnected: (connected) => this.#connected(connected),
      onRejected: (reason) => {
        board.rejected(reason);
        this.#isConnected = false;
        this.#tell();
      },
      ...{ onCursorRefused, onBug, timing, signal },
    });
  }

  /** Resolves once it is known whose the connection is. */
  get opened(): () => Promise<void> {
    return this.#gate.opened;
  }

  /** The present connection is the one that was asked about last. */
  get isPresent(): boolean {
    return this.#isConnected && !this.#check.isToBeAsked;
  }

  /** Follows from a cursor, or from the present; the token is asked about as soon as there is a connection. */
  begin(cursor: string | null): void {
    this.#feed.begin(cursor);
  }

  /** As {@link begin}; where the connection has been checked it is not asked about again. */
  goOn(cursor: string | null): void {
    this.#isGoingOn = this.#gate.isOpen;
    this.#feed.begin(cursor);
    this.#isGoingOn = false;
  }

  /** What is held is no ground to go on from: says so after a while. */
  beginAnew(): void {
    this.#feed.beginAnew();
  }

  /** It is the user's whose store this is: what has waited is taken. */
  admit(): void {
    if (this.#gate.isOpen) return;
    const frames = this.#gate.open();
    if (frames === null) return this.goOn(this.#options.cursor());
    this.#tell();
    for (const frame of frames) this.#options.onFrame(frame);
  }

  /** Nothing of this token's user goes into the store of another one, nor of one who is not told, though a feed be brought. */
  refuse(reason: string | null): void {
    this.#gate.drop();
    this.#feed.reject(reason, this.#options.cursor());
  }

  retry(): void {
    this.#feed.retry();
  }

  stop(): void {
    this.#feed.stop();
  }

  /** Nobody is to wait any more. */
  close(): void {
    this.#gate.open();
  }

  #connected(connected: boolean): void {
    this.#options.board.connected(connected);
    this.#isConnected = connected;
    if (connected && !this.#isGoingOn) {
      this.#gate.shut();
      this.#check.begin();
    }
    this.#tell();
    if (connected) this.#options.onConnection();
  }

  #tell(): void {
    // What is asked without a connection would go out on the next one, before that is checked.
    if (!this.#isConnected) this.#gate.shut();
    this.#options.onAdmitted(this.#isConnected && this.#gate.isOpen);
  }

  #receive(frame: FeedFrame): void {
    if (this.#options.cursor() === null || this.#gate.keep(frame)) return;
    if (this.#gate.isOpen) this.#options.onFrame(frame);
    else this.#feed.stop();
  }
}
