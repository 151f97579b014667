import type { Nick } from "./plan.ts";

/** From the first step seen to the last, both included. */
interface Stay {
  readonly seesFrom: number;
  readonly left?: number;
}

/** Who is in a discussion at a point of its plan, and which of its steps (by number) they may see. */
export class Presence {
  readonly #stays = new Map<Nick, Stay[]>();

  enter(nick: Nick, seesFrom: number): void {
    const stays = this.#stays.get(nick) ?? [];
    if (this.has(nick)) throw new Error(`${nick} is there already`);
    this.#stays.set(nick, [...stays, { seesFrom }]);
  }

  exit(nick: Nick, step: number): void {
    const stays = this.#stays.get(nick) ?? [];
    const last = stays.at(-1);
    if (!last || last.left !== undefined) throw new Error(`${nick} is not there`);
    this.#stays.set(nick, [...stays.slice(0, -1), { ...last, left: step }]);
  }

  has(nick: Nick): boolean {
    const last = this.#stays.get(nick)?.at(-1);
    return last !== undefined && last.left === undefined;
  }

  present(): Nick[] {
    return [...this.#stays.keys()].filter((nick) => this.has(nick));
  }

  everybody(): Nick[] {
    return [...this.#stays.keys()];
  }

  /** Whether somebody may see a step (VIS1), in one of their stays. */
  sees(nick: Nick, step: number): boolean {
    return (this.#stays.get(nick) ?? []).some((stay) => stay.seesFrom <= step && step <= (stay.left ?? Infinity));
  }
}
