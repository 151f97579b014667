import { setTimeout as sleep } from "node:timers/promises";
import type { Ack, DiscussionId, GroupId, Outcome, UserId } from "@gatz/domain";
import { type DayPlan, type Departure, type Nick, peopleOf } from "../plan/plan.ts";
import type { Account } from "./accounts.ts";
import { type Admission, admitSkipped } from "./admission.ts";
import { type Api, httpApi } from "./connections.ts";
import { ask, deliver, GaveUp } from "./deliver.ts";
import type { Production } from "./production.ts";
import type { Scene } from "./scene.ts";

/** A day's group and those who are in it. */
export interface Company {
  readonly day: DayPlan;
  readonly group: GroupId;
  readonly accounts: ReadonlyMap<Nick, Account>;
}

/** How long effects may take from shard to shard (FACT2). */
const EFFECTS_MS = 30_000;
const POLL_MS = 50;

/** Signs everybody of a day in and makes its group, some of them added in a second step. */
export async function gather(production: Production, day: DayPlan): Promise<Company> {
  const accounts = await production.accounts.of(peopleOf(day));
  const owner = accountOf(accounts, day.owner);
  const place = { shard: owner.home, at: day.at };
  const group = production.ids.group(day.day, place);
  const users = (nicks: readonly Nick[]) => nicks.map((nick) => accountOf(accounts, nick).user);
  const event = (name: string) => production.ids.event(`${day.day}/group/${name}`, place);
  const add = (api: Api, { name, users }: { name: string; users: UserId[] }) =>
    api.groups.addMembers.mutate({ id: event(name), group, users, historyFrom: "all" });
  const enter = (name: string, call: GroupOffer["call"]) =>
    offerAdding(production, {
      ...{ what: `${day.day}: its group, ${name}`, by: owner, stream: group, call },
      again: (api, { users, round }) => add(api, { name: `${name}-again-${round}`, users }),
    });
  const created = { id: event("create"), stream: group, name: day.name, members: users(day.members) };
  await enter("create", (api) => api.groups.create.mutate(created));
  const later = users(day.addedLater);
  if (later.length > 0) await enter("add", (api) => add(api, { name: "add", users: later }));
  return { day, group, accounts };
}

/** Some go out of the group; resolves when they are out of all its discussions too. */
export async function disperse(production: Production, company: Company, scenes: readonly Scene[]): Promise<void> {
  await Promise.all(company.day.departures.map(async (departure) => {
    const account = accountOf(company.accounts, departure.nick);
    await depart(production, { company, departure });
    const theirs = scenes.filter((scene) => scene.plan.everybody.includes(departure.nick));
    const api = httpApi(production.url, account.token);
    await Promise.all(theirs.map((scene) => untilOut(api, { account, discussion: scene.discussion })));
  }));
}

async function depart(
  production: Production,
  { company: { day, group, accounts }, departure: { kind, nick } }: { company: Company; departure: Departure },
): Promise<void> {
  const [owner, account] = [accountOf(accounts, day.owner), accountOf(accounts, nick)];
  const id = production.ids.event(`${day.day}/group/without ${nick}`, { shard: owner.home, at: day.at });
  await offer(production, {
    what: `${day.day}: ${nick} ${kind === "leaves" ? "leaving" : "being removed from"} the group`,
    by: kind === "leaves" ? account : owner,
    call: (api) =>
      kind === "leaves"
        ? api.groups.leave.mutate({ id, group })
        : api.groups.removeMember.mutate({ id, group, user: account.user, reason: "the day is over" }),
  });
}

interface GroupOffer {
  readonly what: string;
  readonly by: Account;
  readonly call: (api: Api) => Promise<{ readonly outcome: Outcome }>;
}

async function offer({ connections, tally }: Production, { what, by, call }: GroupOffer): Promise<Ack> {
  const [ack] = await deliver(what, async () => [(await connections.call(by, call)).outcome]);
  if (!ack) throw new Error(`${what}: no ack for one draft`);
  tally.acked([ack]);
  return ack;
}

async function offerAdding(production: Production, adding: GroupOffer & Omit<Admission, "added">): Promise<void> {
  await admitSkipped(production, { ...adding, added: await offer(production, adding) });
}

async function untilOut(
  api: Api,
  { account, discussion }: { account: Account; discussion: DiscussionId },
): Promise<void> {
  const until = performance.now() + EFFECTS_MS;
  for (;;) {
    const view = await ask(`${discussion} by id`, () => api.discussions.byId.query({ discussion }));
    if (view.discussion.mine.at(-1)?.left !== undefined) return;
    if (performance.now() > until) {
      throw new GaveUp(`${account.nick} left the group ${EFFECTS_MS / 1000} s ago and is still in ${discussion}`);
    }
    await sleep(POLL_MS);
  }
}

function accountOf(accounts: ReadonlyMap<Nick, Account>, nick: Nick): Account {
  const account = accounts.get(nick);
  if (!account) throw new Error(`${nick} is not signed in`);
  return account;
}
