/** One person with an app: tries random things, offers again what got no answer, and follows along. @module */
import { bytesFrom, type Chance } from "../../replay/plan/random.ts";
import { digestOf } from "../history/digest.ts";
import type { History } from "../history/history.ts";
import type { SaidOutcome } from "../history/record.ts";
import { chooseAct } from "./acts.ts";
import type { Act, Actor, Draft } from "./acts/act.ts";
import { createGroup } from "./acts/gathering.ts";
import { Device } from "./device.ts";
import { askForDirect, type Errand, moveMark } from "./errands.ts";
import { newId, type Prefix, shardOf } from "./ids.ts";
import { Line } from "./line.ts";
import { notedOutcome } from "./notes.ts";
import { pause } from "./pause.ts";
import { offerCall } from "./procedures.ts";
import { type Reader, readList, readLog, readMessages } from "./reads.ts";
import { signIn } from "./sign_in.ts";
import type { Town } from "./town.ts";

export interface PersonOptions {
  readonly handle: string;
  /** Where each node is reached. */
  readonly nodes: readonly string[];
  readonly seed: string;
  readonly chance: Chance;
  readonly history: History;
  readonly town: Town;
  /** Between one thing and the next, at most; in milliseconds. */
  readonly thinkMs: number;
  /** Numbers the offers and the acts of apps of the whole run. */
  readonly nextOp: () => number;
}

/** The time in ids: it is never read (ID3), so it can be the same in every run. */
const ID_TIME = 1_700_000_000_000;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 800;
const REMEMBERED_ACKS = 20;
const SETTLE_ATTEMPT_MS = 250;
/** For one page, in calm: more than two calls that get no answer. */
const READ_MS = 20_000;

interface Acked {
  readonly act: Act;
  readonly draft: Draft;
}

export class Person implements Actor {
  user = "";
  home = 0;
  readonly chance: Chance;
  readonly town: Town;
  readonly #options: PersonOptions;
  #token = "";
  #node = 0;
  #line!: Line;
  #device!: Device;
  #devices = 0;
  #ids = 0;
  #incarnation = "";
  readonly #acked: Acked[] = [];
  #ended = false;
  readonly #stopping = new AbortController();
  /** Offers that nobody waits for but the end. */
  readonly #aside = new Set<Promise<void>>();

  constructor(options: PersonOptions) {
    this.#options = options;
    this.chance = options.chance;
    this.town = options.town;
  }

  get device(): Device {
    return this.#device;
  }

  newId(prefix: Prefix, shard: number): string {
    const { seed, handle } = this.#options;
    const unixMs = ID_TIME + this.#ids;
    return newId(prefix, { shard, unixMs, random: bytesFrom(seed, handle, this.#ids++) });
  }

  shardOf(id: string): number {
    return shardOf(id);
  }

  /** Signs in; there must be a server. */
  async begin(): Promise<void> {
    const { handle, nodes, history, chance } = this.#options;
    this.#node = chance.below(nodes.length);
    const { user, token, home, incarnation } = await signIn(handle, { node: nodes[this.#node]!, history });
    Object.assign(this, { user, home });
    this.#token = token;
    this.#incarnation = incarnation;
    this.town.people.push(user);
    this.#line = this.#newLine();
    this.#newDevice();
  }

  /** Their account is over: nothing is answered them any more (USR4). */
  get isEnded(): boolean {
    return this.#ended;
  }

  /** Does one thing after the other until told to stop. */
  async live(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await pause(this.chance.below(this.#options.thinkMs), signal);
      if (signal.aborted) break;
      await this.#next();
    }
    while (this.#aside.size > 0) await Promise.all(this.#aside);
  }

  /** Tries nothing new any more; what was begun goes on to its end. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Once it is calm everybody is served: something new, which does not end before it is accepted or rejected. */
  async lastWord(): Promise<void> {
    await this.#offerAll(createGroup(this), { patient: true });
  }

  /** Notes the whole list of one's discussions, once it is calm; false: it did not come. */
  async listAll(): Promise<boolean> {
    const { history } = this.#options;
    for (const until = performance.now() + READ_MS; performance.now() < until;) {
      const list = await readList(this.#line);
      if (list !== null) {
        history.note({ k: "list", user: this.user, rows: list.rows });
        return true;
      }
      await pause(SETTLE_ATTEMPT_MS);
    }
    return false;
  }

  /** Reads what there is to read, once it is calm, as far as time allows; resolves with what could not be read, null: nothing. */
  async readAll(streams: readonly string[], until: number): Promise<string | null> {
    for (const stream of streams) {
      if (!await this.#readWhole(stream)) return stream;
      if (performance.now() > until) break;
    }
    return null;
  }

  async #readWhole(stream: string): Promise<boolean> {
    let before: number | null = null;
    for (let until = performance.now() + READ_MS; performance.now() < until;) {
      const answer = await readMessages(this.#reader(), { stream, before, limit: 50 });
      if (answer.kind === "refused" && answer.code === "NotFound") return true;
      if (answer.kind !== "answered") {
        await pause(SETTLE_ATTEMPT_MS);
        continue;
      }
      before = answer.value.next;
      if (before === null) return true;
      until = performance.now() + READ_MS;
    }
    return false;
  }

  async end(): Promise<void> {
    this.#device.stop();
    await this.#line.close();
  }

  async #next(): Promise<void> {
    const choice = this.chance.below(1000);
    if (choice < 740) return await this.#offerAll(chooseAct(this));
    if (choice < 780) return await this.#offerTwo();
    if (choice < 810) return await this.#offerAgain();
    if (choice < 820) return await this.#reuseAnId();
    if (choice < 950) return await this.#read();
    if (choice < 980) return await moveMark(this.#errand());
    if (choice < 985) return await askForDirect(this.#errand());
    if (choice < 990) return this.#newDevice();
    return this.#reconnect();
  }

  /** Two offers on their way at once: either may come first. */
  async #offerTwo(): Promise<void> {
    const acts = [chooseAct(this), chooseAct(this)];
    await Promise.all(acts.map((act) => this.#offerAll(act)));
  }

  /** What was acked is offered again: the same ack must come (LOG2). */
  async #offerAgain(): Promise<void> {
    if (this.#acked.length === 0) return;
    const { act, draft } = this.chance.pick(this.#acked);
    await this.#offerAll({ ...act, drafts: [draft] });
  }

  async #reuseAnId(): Promise<void> {
    const sent = this.#acked.filter(({ draft }) => draft.type === "new-message");
    if (sent.length === 0) return;
    const { act, draft } = this.chance.pick(sent);
    const other = { ...draft, body: { text: `not what ${draft.id} said` } };
    await this.#offerAll({ stream: act.stream, drafts: [other], asBundle: act.asBundle });
  }

  async #read(): Promise<void> {
    const discussion = this.town.discussionFor(this.user, this.chance);
    if (discussion === undefined) return;
    const { id: stream, head } = discussion;
    const reader = { ...this.#reader(), transport: this.chance.once(0.5) ? "http" as const : "ws" as const };
    const limit = 1 + this.chance.below(30);
    const somewhere = 1 + this.chance.below(head + 5);
    const answer = this.chance.once(0.5)
      ? await readLog(reader, { stream, fromSeq: somewhere, limit })
      : await readMessages(reader, { stream, before: this.chance.once(0.7) ? null : somewhere, limit });
    if (answer.kind === "answered") this.#meet(answer.value.incarnation);
    else await pause(FIRST_WAIT_MS);
  }

  /** Offers until every draft has its final outcome, with the same ids each time (LOG4). */
  async #offerAll(act: Act, { patient = false }: { readonly patient?: boolean } = {}): Promise<void> {
    let left = act.drafts;
    for (let wait = FIRST_WAIT_MS; left.length > 0; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const outcomes = await this.#offer(act, left);
      const done = outcomes?.findIndex(({ kind }) => kind === "not-now" || kind === "unknown") ?? 0;
      const decided = done < 0 ? outcomes?.length ?? 0 : done;
      left.slice(0, decided).forEach((draft, i) => this.#decided(act, draft, outcomes?.[i]));
      left = left.slice(decided);
      // Somebody else was first, or nobody answers any more.
      if (outcomes?.length === 0 || this.#ended) return;
      const next = outcomes?.[decided];
      // Some drop what was refused for now: then nothing may ever come of it.
      if (next?.kind === "not-now" && !patient && this.chance.once(0.1)) return;
      if (decided > 0 && next === undefined) continue;
      await pause(Math.max(wait, next?.kind === "not-now" ? next.retryAfterMs : 0));
    }
  }

  #decided(act: Act, draft: Draft, outcome: SaidOutcome | undefined): void {
    if (outcome?.kind !== "accepted" && outcome?.kind !== "duplicate") return;
    if (draft.type === "end-account") this.#endAccount();
    if (outcome.kind === "accepted") {
      act.acked?.(draft, outcome.seq);
      this.#acked.push({ act, draft });
      if (this.#acked.length > REMEMBERED_ACKS) this.#acked.shift();
    }
  }

  /** Undefined: no answer, or none that decides anything. */
  async #offer(act: Act, drafts: readonly Draft[]): Promise<readonly SaidOutcome[] | undefined> {
    const { history, nextOp } = this.#options;
    const op = nextOp();
    const noted = drafts.map(({ id, type, body }) => ({ id, type, digest: digestOf(body) }));
    history.note({ k: "offer", op, user: this.user, stream: act.stream, drafts: noted });
    const transport = this.chance.once(0.2) ? "http" : "ws";
    const answer = await this.#line.call({ kind: "mutation", ...offerCall(act, drafts), transport });
    switch (answer.kind) {
      case "lost":
        history.note({ k: "lost", op, why: answer.why });
        return undefined;
      case "refused":
        history.note({ k: "failed", op, code: answer.code });
        // The answer that said so was lost.
        if (answer.code === "Unauthenticated") this.#endAccount();
        if (answer.code === "HandleTaken") return [];
        return undefined;
      case "answered": {
        const { incarnation } = answer.value;
        const outcomes = answer.value.outcomes.map(notedOutcome);
        history.note({ k: "answer", op, incarnation, outcomes });
        this.#meet(incarnation);
        return outcomes;
      }
    }
  }

  #errand(): Errand {
    const { user, chance, town } = this;
    return { user, chance, town, line: this.#line, history: this.#options.history };
  }

  #endAccount(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#device.drop();
    this.stop();
  }

  #reader(): Reader {
    const { history } = this.#options;
    return { user: this.user, line: this.#line, history };
  }

  /** In another life of the installation all that was stored is dropped, and what one still holds is offered again (LOG9). */
  #meet(incarnation: string): void {
    if (incarnation === this.#incarnation) return;
    this.#incarnation = incarnation;
    this.#newDevice();
    for (const { act, draft } of this.#acked.splice(0)) {
      const offering = this.#offerAll({ ...act, drafts: [draft] }).finally(() => this.#aside.delete(offering));
      this.#aside.add(offering);
    }
  }

  #newLine(): Line {
    return new Line({ url: this.#options.nodes[this.#node]!, token: this.#token });
  }

  #newDevice(): void {
    const { handle, history } = this.#options;
    if (this.#devices > 0) this.#device.drop();
    const name = `${handle}/${++this.#devices}`;
    this.#device = new Device(this.#line, {
      ...{ name, user: this.user, history },
      onIncarnation: (incarnation) => this.#meet(incarnation),
    });
    void this.#device.start();
  }

  /** By another connection, perhaps to another node. */
  #reconnect(): void {
    const before = this.#line;
    this.#node = this.chance.below(this.#options.nodes.length);
    this.#line = this.#newLine();
    this.#device.moveTo(this.#line);
    void before.close();
  }
}
