/** A device's way to the nodes: one connection after the other, and what is asked over it. */
import type { Draft, Outcome, Proposal, Seq, StreamId, UserId } from "@gatz/domain";
import { isTrouble, type Offered } from "../../packages/client/src/server/contract.ts";
import { CUT, type Trouble } from "../../packages/client/src/trouble.ts";
import type { Chance } from "./chance.ts";
import type { MarkCall, Offer, PlainDraft, PlainMark, PlainOutcome } from "./history.ts";
import { never, troubleOfAnswer } from "./line_server.ts";
import type { MarkWish, PageAnswer, SimNode } from "./node.ts";
import type { ApiCall } from "./node_api.ts";
import { Wire } from "./wire.ts";
import type { World } from "./world.ts";

/** An open connection. */
export interface Open {
  readonly wire: Wire;
  readonly node: SimNode;
}

/** Frames that the socket takes before a node waits for room. */
const ROOM = 3;

export class Line {
  readonly user: UserId;
  readonly #name: string;
  readonly #world: World;
  readonly #chance: Chance;
  readonly #onOpen = new Set<(open: Open) => void>();
  /** There is no network. */
  isOff = false;
  #open: Open | null = null;
  #opened = Promise.withResolvers<void>();

  constructor(world: World, user: UserId, name: string) {
    this.#world = world;
    this.user = user;
    this.#name = name;
    this.#chance = world.chance.fork(name);
  }

  get open(): Open | null {
    return this.#open;
  }

  /** Calls back for every connection that is made, and for the one that there is; returns what ends that. */
  onOpen(opened: (open: Open) => void): () => void {
    this.#onOpen.add(opened);
    if (this.#open !== null) opened(this.#open);
    return () => this.#onOpen.delete(opened);
  }

  note(what: string): void {
    this.#world.note(`${this.#name} ${what}`);
  }

  /** Until the world is over. */
  async run(): Promise<void> {
    while (this.#world.phase !== "over") {
      const node = this.isOff || this.#world.running.length === 0 ? null : this.#chance.of(this.#world.running);
      if (node !== null) await this.#connect(node);
      await this.#world.time.sleep(this.#chance.between(5, this.#world.phase === "active" ? 400 : 100));
    }
  }

  /** Waits for a connection; null if that was lost before the answer. It is part of the record. */
  async offer(proposals: readonly Proposal[]): Promise<readonly Outcome[] | null> {
    while (this.#open === null) await this.#opened.promise;
    const { node, wire } = this.#open;
    const { time } = this.#world;
    const offer = this.#record(proposals, node.name);
    const outcomes = await this.#over(wire, async () => {
      offer.arrivedAt = time.now;
      const outcomes = await node.offer(proposals);
      offer.settledAt = time.now;
      return outcomes;
    });
    if (outcomes !== null) {
      offer.answeredAt = time.now;
      offer.outcomes = outcomes as readonly PlainOutcome[];
    }
    this.#world.note(`${this.user} is answered ${proposals[0]?.id} ${JSON.stringify(outcomes)}`);
    return outcomes;
  }

  /** Likewise as a client does, through the API. It is part of the record too. */
  async offerAsClient(stream: StreamId, drafts: readonly Draft[], gone: AbortSignal): Promise<Offered | Trouble> {
    if (this.#open === null) return CUT;
    const { node, wire } = this.#open;
    const { time } = this.#world;
    const offer = this.#record(drafts.map((draft) => ({ ...draft, actor: this.user })), node.name, true);
    const call = { type: "mutation", path: "log.offer", input: { stream, drafts }, connection: wire } as const;
    const answer = await this.#answered<Offered>(wire, async () => {
      offer.arrivedAt = time.now;
      try {
        return await node.api.call(this.user, { ...call, signal: wire.closed });
      } finally {
        offer.settledAt = time.now;
      }
    });
    if (gone.aborted) return await never();
    if (!isTrouble(answer)) {
      offer.answeredAt = time.now;
      offer.outcomes = answer.outcomes as readonly PlainOutcome[];
    }
    this.#world.note(`${this.user} is answered ${drafts[0]?.id} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Asks the API of whichever node it is connected to. */
  async call<T extends object>(call: Pick<ApiCall, "type" | "path" | "input">): Promise<T | Trouble> {
    if (this.#open === null) return CUT;
    const { node, wire } = this.#open;
    this.#world.note(`${this.user} asks ${call.path} ${JSON.stringify(call.input)}`);
    const answer = await this.#answered<T>(
      wire,
      () => node.api.call(this.user, { ...call, connection: wire, signal: wire.closed }),
    );
    this.#world.note(`${this.user} is told ${JSON.stringify(answer)}`);
    return answer;
  }

  /** A page of the log; null if the connection is lost. */
  async page(stream: StreamId, { fromSeq, wire }: { fromSeq: Seq; wire?: Wire }): Promise<PageAnswer | null> {
    const open = this.#open;
    if (open === null || !open.wire.isOpen || (wire !== undefined && open.wire !== wire)) return null;
    return await this.#over(open.wire, () => open.node.read(this.user, { stream, fromSeq }));
  }

  /** Waits for a connection, and for the answer, or that the connection is lost. It is part of the record. */
  async mark(wish: MarkWish): Promise<void> {
    while (this.#open === null) await this.#opened.promise;
    const { node, wire } = this.#open;
    const { type, discussion, seq } = wish;
    const call: MarkCall = { user: this.user, discussion, seq, isUnread: type === "unread", answer: null };
    this.#world.history.marks.push(call);
    this.#world.note(`${this.user} marks ${JSON.stringify(wish)} at ${node.name}`);
    const answer = await this.#over(wire, () => node.mark(this.user, wish));
    this.#world.note(`${this.user} is answered ${JSON.stringify(answer)}`);
    if (answer !== "later" && answer !== "never") call.answer = answer;
  }

  /** All marks of the user; null if the connection is lost. */
  async marks(wire: Wire): Promise<readonly PlainMark[] | "later" | null> {
    const open = this.#open;
    if (open === null || open.wire !== wire || !wire.isOpen) return null;
    return await this.#over(wire, () => open.node.marks(this.user));
  }

  #record(proposals: readonly Proposal[], node: string, isByApp = false): Offer {
    // As it goes over the wire.
    const drafts = proposals.map(({ id, stream, type, body }) => ({
      id,
      stream,
      type,
      body: body as PlainDraft["body"],
    }));
    const offer: Offer = {
      user: this.user,
      isByApp,
      node,
      drafts,
      at: this.#world.time.now,
      arrivedAt: null,
      settledAt: null,
      answeredAt: null,
      outcomes: null,
    };
    this.#world.history.offers.push(offer);
    this.#world.note(`${this.user} offers ${drafts.map(({ type, id }) => `${type} ${id}`).join(", ")} to ${node}`);
    return offer;
  }

  /** What an answer is when it has come as text, or what kept it. */
  async #answered<T extends object>(wire: Wire, question: () => Promise<unknown>): Promise<T | Trouble> {
    const answer = await this.#over(wire, async () => {
      try {
        return JSON.stringify(await question());
      } catch (error) {
        return troubleOfAnswer(error);
      }
    });
    if (answer === null) return CUT;
    // What a procedure returns is what the client's types say.
    return typeof answer === "string" ? JSON.parse(answer) as T : answer;
  }

  async #over<T>(wire: Wire, question: () => Promise<T>): Promise<T | null> {
    const { promise, resolve } = Promise.withResolvers<T | null>();
    const lost = () => resolve(null);
    wire.closed.addEventListener("abort", lost);
    if (!wire.isOpen) lost();
    wire.toNode(() => {
      question().then(
        (answer) => wire.toClient(() => resolve(answer)),
        (error) => this.#world.breach(`a call failed: ${error instanceof Error ? error.stack : error}`),
      );
    });
    const answer = await promise;
    wire.closed.removeEventListener("abort", lost);
    return answer;
  }

  async #connect(node: SimNode): Promise<void> {
    const wire = new Wire({ time: this.#world.time, chance: this.#chance, room: ROOM });
    node.accept(wire);
    const closed = new Promise<void>((resolve) =>
      wire.closed.addEventListener("abort", () => resolve(), { once: true })
    );
    const open = this.#open = { node, wire };
    this.#opened.resolve();
    this.#world.note(`${this.user} connects to ${node.name}`);
    for (const opened of this.#onOpen) opened(open);
    await closed;
    this.#open = null;
    this.#opened = Promise.withResolvers();
    this.#world.note(`${this.user} is cut`);
  }
}
