/**
 * What a stream's log should come to, by the plainest reading of the rules: an oracle that shares nothing with `evolve`. Everything is
 * recomputed from the whole list of events on each question.
 */
import type { LogEvent } from "../src/events.ts";
import type { UserId } from "../src/ids.ts";
import type { MessageState } from "../src/state.ts";

/** The users that an event adds; read from its body and what was skipped. */
function adds(event: LogEvent, user: UserId): boolean {
  if (event.type === "join" || event.type === "join-by-invite") return event.actor === user;
  if (event.type !== "create" && event.type !== "add-members") return false;
  if (event.type === "create" && event.actor === user) return true;
  const named: readonly UserId[] = event.type === "create" ? event.body.members : event.body.users;
  return named.includes(user) && !(event.decided.skipped ?? []).some((skip) => skip.user === user);
}

function ends(event: LogEvent, user: UserId): boolean {
  const isSentAway = event.type === "remove-member" || event.type === "ban-member";
  return (isSentAway && event.body.user === user) ||
    (event.type === "leave" && event.actor === user);
}

/** Whether a user is a member after all of the events. */
export function isIn(log: readonly LogEvent[], user: UserId): boolean {
  const last = log.findLast((event) => adds(event, user) || ends(event, user));
  return last !== undefined && adds(last, user);
}

/**
 * Whether a user should be in a discussion once all effects have come (FACT2): the last that people did there was to add them, they have not
 * left the group since it was read for that, and their own stream had nothing against it.
 */
export function shouldBeIn(
  talk: readonly LogEvent[],
  group: readonly LogEvent[],
  { user, own }: { user: UserId; own: readonly LogEvent[] },
): boolean {
  const last = lastByPeople(talk, user);
  if (last === undefined || isUnwanted(last, own)) return false;
  const read = last.decided.basis?.find(({ stream }) => stream === group[0]?.stream)?.seq ?? 0;
  return !group.some((event) => event.seq > read && ends(event, user));
}

/** The same of a group: nobody else has a say in who is in it. */
export function shouldBeInGroup(group: readonly LogEvent[], who: { user: UserId; own: readonly LogEvent[] }): boolean {
  const last = lastByPeople(group, who.user);
  return last !== undefined && !isUnwanted(last, who.own);
}

/** The add by which people brought a user in last; undefined if they have taken them out since. */
function lastByPeople(log: readonly LogEvent[], user: UserId): LogEvent | undefined {
  const last = log.findLast((event) => event.actor !== "system" && (adds(event, user) || ends(event, user)));
  return last !== undefined && adds(last, user) ? last : undefined;
}

/** Whether a user's account is over, or they blocked whoever brought them in when they heard of it (USR4, BLK1). */
function isUnwanted(add: LogEvent, own: readonly LogEvent[]): boolean {
  if (own.some(({ type }) => type === "end-account")) return true;
  if ("direct" in add.body && add.body.direct) return false; // it is of the two for ever (GRP1)
  const heard = own.findIndex((event) =>
    event.type === "added-to" && event.body.stream === add.stream && event.body.seq === add.seq
  );
  const news = own[heard];
  if (news?.type !== "added-to") return false;
  const about = own.slice(0, heard).findLast((event) =>
    (event.type === "block-user" || event.type === "unblock-user") && event.body.user === news.body.by
  );
  return about?.type === "block-user";
}

/** The seqs that a user's stays cover. */
export function covered(log: readonly LogEvent[], user: UserId): Set<number> {
  const seqs = new Set<number>();
  for (const [i, event] of log.entries()) {
    if (!adds(event, user)) continue;
    const end = log.slice(i).find((later) => ends(later, user))?.seq ?? log.at(-1)!.seq;
    // What it lets see the window says, that was opened at the beginning.
    const first = event.type === "join" ? joinedFrom(event, log) : firstSeen(event);
    for (let at = first; at <= end; at++) seqs.add(at);
  }
  return seqs;
}

function joinedFrom({ seq }: LogEvent, [create]: readonly LogEvent[]): number {
  return create?.type === "create" && "join" in create.body && create.body.join?.historyFrom === "all" ? 1 : seq;
}

function firstSeen(event: LogEvent): number {
  if (event.type === "join-by-invite") return event.seq;
  if (event.type !== "add-members" || event.body.historyFrom === "all") return 1;
  return event.body.historyFrom === "now" ? event.seq : event.body.historyFrom;
}

/** A message as plain data, for comparing. */
export interface PlainMessage {
  author: string;
  /** Null when deleted. */
  text: string | null;
  revision: number;
  /** As `emoji user`, sorted. */
  reactions: string[];
}

/** What the fold made of a message, as plain data. */
export function plain(message: MessageState): PlainMessage {
  const { author, revision } = message;
  if (message.kind === "deleted") return { author, revision, text: null, reactions: [] };
  const reactions = message.reactions.map(({ emoji, user }) => `${emoji} ${user}`).sort();
  return { author, revision, text: message.text, reactions };
}

/** The messages of a log by id; events of others, and after a deletion, do not count. */
export function messagesOf(log: readonly LogEvent[]): Map<string, PlainMessage> {
  const messages = new Map<string, PlainMessage>();
  for (const sent of log) {
    if (sent.type !== "new-message") continue;
    const about = log.filter((event) => "target" in event.body && event.body.target === sent.id);
    const gone = about.some((event) => event.type === "delete-message");
    const edits = about.filter((event) => event.type === "edit-message");
    messages.set(sent.id, {
      author: sent.actor,
      text: gone ? null : edits.at(-1)?.body.text ?? sent.body.text,
      revision: edits.length,
      reactions: gone ? [] : reactionsIn(about),
    });
  }
  return messages;
}

/** The messages of a log as they are shown: those under a mark are as if they had been deleted (MOD1). */
export function shownOf(log: readonly LogEvent[]): Map<string, PlainMessage> {
  const shown = messagesOf(log);
  for (const sent of log) {
    const message = shown.get(sent.id);
    const isPurged = log.some((event) =>
      event.type === "expunge" && event.body.author === sent.actor &&
      sent.seq <= Math.min(event.body.upToSeq, event.seq)
    );
    if (message !== undefined && isPurged) shown.set(sent.id, { ...message, text: null, reactions: [] });
  }
  return shown;
}

function reactionsIn(about: readonly LogEvent[]): string[] {
  const on = new Set<string>();
  for (const event of about) {
    if (event.type !== "react-to-message") continue;
    const key = `${event.body.emoji} ${event.actor}`;
    if (event.body.on) on.add(key);
    else on.delete(key);
  }
  return [...on].sort();
}
