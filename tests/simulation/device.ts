/** What one device holds: it keeps what its feed brings, and reads what that leaves out. It follows docs/protocol.md, and shares nothing with packages/client. */
import { type FeedItem, type Incarnation, type LogEvent, seq, type StreamId, type UserId } from "@gatz/domain";
import { added, type PlainEvent } from "../../tools/oracle/event.ts";
import type { Device as DeviceRecord, PlainItem, PlainMark, Session } from "./history.ts";
import type { Line, Open } from "./line.ts";
import type { Frame } from "./node.ts";
import type { Wire } from "./wire.ts";
import type { World } from "./world.ts";

interface Held {
  head: number;
  readonly events: Map<number, LogEvent>;
  /** The seqs that added this user, once what was hidden before is being read again. */
  readonly joined: Set<number>;
}

export class Device {
  readonly user: UserId;
  readonly line: Line;
  readonly #world: World;
  readonly marks = new Map<string, PlainMark>();
  readonly #held = new Map<StreamId, Held>();
  #cursor: string | undefined;
  #life: Incarnation | undefined;
  /** What the cursor implies is held. */
  #hasBegun = false;

  constructor(world: World, line: Line) {
    this.#world = world;
    this.user = line.user;
    this.line = line;
    line.onOpen((open) => this.#subscribe(open));
  }

  head(stream: StreamId): number {
    return this.#held.get(stream)?.head ?? 0;
  }

  record(): DeviceRecord {
    const plain = new Map(
      [...this.#held].map((
        [stream, { head, events }],
      ) => [stream as string, { head, events: events as Map<number, unknown> as Map<number, PlainEvent> }]),
    );
    return { user: this.user, streams: plain, marks: this.marks };
  }

  /** A feed from where the one before got to. */
  #subscribe({ node, wire }: Open): void {
    // A cursor of another life is worth nothing (LOG9). What is held is all there still, in this simulation.
    if (node.storage.incarnation !== this.#life) this.#cursor = undefined;
    this.#life = node.storage.incarnation;
    const input = this.#cursor === undefined ? {} : { lastEventId: this.#cursor };
    const held = new Map([...this.#held].map(([stream, { head }]) => [stream as string, head]));
    const resumed = this.#cursor !== undefined;
    // It begins at the present: what was until then it does not bring.
    this.#hasBegun = resumed;
    const session: Session = { user: this.user, node: node.name, resumed, held, items: [], frames: [] };
    this.#world.history.sessions.push(session);
    let work = Promise.resolve();
    const take = (frame: Frame) => {
      session.frames.push(frame.items.length);
      for (const item of frame.items) session.items.push({ at: this.#world.time.now, item: item as PlainItem });
      this.#world.note(`${this.user} < ${JSON.stringify(frame)}`);
      work = work.then(() => this.#takeFrame(frame, wire));
    };
    const ended = (error: unknown) => {
      this.#world.note(`${this.user}'s feed ended: ${error}`);
      wire.cut();
    };
    wire.toNode(() => void node.subscribe(wire, { user: this.user, input, signal: wire.closed, take, ended }));
  }

  /** The cursor is kept with what it implies: after all that a frame makes it read (LIVE3). */
  async #takeFrame(frame: Frame, wire: Wire): Promise<void> {
    for (const item of frame.items) {
      if (!wire.isOpen) return;
      if (!await this.#take(item, wire)) return wire.cut();
    }
    if (this.#hasBegun) this.#cursor = frame.cursor;
  }

  /** False if something that it implies could not be had. */
  async #take(item: FeedItem, wire: Wire): Promise<boolean> {
    switch (item.type) {
      case "event":
        if (!await this.#reach(item.event.stream, { to: item.event.seq - 1, wire })) return false;
        this.#keep(item.event);
        return await this.#reach(item.event.stream, { to: item.event.seq, wire });
      case "opaque":
        return await this.#reach(item.stream, { to: item.from - 1, wire }) && this.#skip(item);
      case "joined":
        this.#seesFrom(item.stream, item.visibleFrom);
        return await this.#reach(item.stream, { to: item.head, wire });
      case "behind":
        return await this.#reach(item.stream, { to: item.head, wire });
      case "live":
        if (!this.#hasBegun && !await this.#readAll(wire)) return false;
        this.#hasBegun = true;
        return await this.#reachAll(item.heads, wire);
      case "beat":
        return await this.#reachAll(item.heads, wire);
      case "read":
        this.#mark(item);
        return true;
      case "setting":
      case "shard":
      case "signal":
        return true;
    }
  }

  async #reachAll(heads: readonly { readonly stream: StreamId; readonly seq: number }[], wire: Wire): Promise<boolean> {
    for (const { stream, seq } of heads) if (!await this.#reach(stream, { to: seq, wire })) return false;
    return true;
  }

  /** A feed without a cursor begins at the present: what was before is read as a list would. */
  async #readAll(wire: Wire): Promise<boolean> {
    for (const stream of this.#world.streams) {
      if (!await this.#reach(stream, { to: Infinity, wire })) return false;
    }
    return await this.#readMarks(wire);
  }

  async #readMarks(wire: Wire): Promise<boolean> {
    for (;;) {
      const marks = await this.line.marks(wire);
      if (marks === null) return false;
      if (marks !== "later") {
        for (const mark of marks) this.#mark(mark);
        return true;
      }
      await this.#world.time.sleep(100);
    }
  }

  #mark({ discussion, epoch, seq, rev }: PlainMark): void {
    const held = this.marks.get(discussion);
    if (held === undefined || rev > held.rev) this.marks.set(discussion, { discussion, epoch, seq, rev });
  }

  /** Reads what lies between what is held and a seq; false if the connection was lost before. */
  async #reach(stream: StreamId, { to, wire }: { to: number; wire: Wire }): Promise<boolean> {
    while (this.head(stream) < to) {
      const fromSeq = seq(this.head(stream) + 1);
      const page = await this.line.page(stream, { fromSeq, wire });
      if (page === "never") {
        if (to !== Infinity) this.#world.breach(`[VIS3] ${this.user} was told of ${stream}, and may not read it`);
        return true;
      }
      if (page === null) return false;
      if (page === "later") {
        await this.#world.time.sleep(100);
        continue;
      }
      for (const item of page.items) {
        if (item.type === "event") this.#keep(item.event);
        else if (item.type === "opaque") this.#skip(item);
      }
      if (page.items.length === 0) return true; // what this user may see ends here
    }
    return true;
  }

  /** Keeps what follows what is held. If it adds this user again, what was hidden before may have to be read first. */
  #keep(event: LogEvent): void {
    const held = this.#holding(event.stream);
    if (event.seq !== held.head + 1) return;
    const plain = event as unknown as PlainEvent; // it has gone through JSON
    if (added(plain).includes(this.user) && !held.joined.has(event.seq)) {
      held.joined.add(event.seq);
      if (this.#seesFrom(event.stream, 1)) return;
    }
    held.head = event.seq;
    held.events.set(event.seq, event);
  }

  #skip({ stream, from, to }: { stream: StreamId; from: number; to: number }): boolean {
    const held = this.#holding(stream);
    if (from <= held.head + 1) held.head = Math.max(held.head, to);
    return true;
  }

  /** A new stay may show what was hidden: goes back to before that. */
  #seesFrom(stream: StreamId, first: number): boolean {
    const held = this.#holding(stream);
    for (let seq = first; seq <= held.head; seq++) {
      if (held.events.has(seq)) continue;
      held.head = seq - 1;
      return true;
    }
    return false;
  }

  #holding(stream: StreamId): Held {
    const held = this.#held.get(stream) ?? { head: 0, events: new Map(), joined: new Set() };
    this.#held.set(stream, held);
    return held;
  }
}
