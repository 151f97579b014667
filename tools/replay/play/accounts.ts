import { type ShardNumber, shardOf, type UserId } from "@gatz/domain";
import { handleOf } from "../chat/handles.ts";
import { type Nick, type ReplayPlan, stepsOf } from "../plan/plan.ts";
import { type Api, type Caller, httpApi } from "./connections.ts";
import { ask } from "./deliver.ts";
import { Turns } from "./turns.ts";

/** Somebody of the chat, signed in. */
export interface Account extends Caller {
  readonly nick: Nick;
  readonly user: UserId;
  /** Their first home: a second run finds it again, wherever they live by then (ID4). */
  readonly home: ShardNumber;
}

/** Who has fewer steps than this in the whole plan is served over HTTP. */
const OFTEN = 8;
const SIGN_INS_AT_ONCE = 16;

/** Signs people in when they are first needed, once each. */
export class Accounts {
  readonly #api: Api;
  readonly #steps: ReadonlyMap<Nick, number>;
  readonly #seed: string;
  readonly #accounts = new Map<Nick, Promise<Account>>();
  readonly #turns: Turns;

  constructor({ url, plan, stop }: { url: string; plan: ReplayPlan; stop: AbortController }) {
    this.#turns = new Turns(SIGN_INS_AT_ONCE, stop);
    this.#api = httpApi(url);
    this.#steps = stepsByNick(plan);
    this.#seed = plan.seed;
  }

  /** The accounts of some people, by nick. */
  async of(nicks: readonly Nick[]): Promise<ReadonlyMap<Nick, Account>> {
    return new Map(await Promise.all(nicks.map(async (nick) => [nick, await this.#get(nick)] as const)));
  }

  get count(): number {
    return this.#accounts.size;
  }

  #get(nick: Nick): Promise<Account> {
    const known = this.#accounts.get(nick);
    if (known) return known;
    const signingIn = this.#turns.run(() => this.#signIn(nick));
    this.#accounts.set(nick, signingIn);
    return signingIn;
  }

  async #signIn(nick: Nick): Promise<Account> {
    const handle = handleOf(nick, this.#seed);
    const signedIn = await ask(`signing in ${nick}`, () => this.#api.auth.devSignIn.mutate({ handle, name: nick }));
    const { user, token } = signedIn;
    return { nick, user, token, home: shardOf(user), often: (this.#steps.get(nick) ?? 0) >= OFTEN };
  }
}

function stepsByNick(plan: ReplayPlan): ReadonlyMap<Nick, number> {
  const counts = new Map<Nick, number>();
  for (const { first, offers } of plan.days.flatMap((day) => day.discussions)) {
    for (const { by } of [first, ...offers.flatMap(stepsOf)]) counts.set(by, (counts.get(by) ?? 0) + 1);
  }
  return counts;
}
