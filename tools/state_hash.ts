/** What somebody's client should hold of a group or a discussion, as the hash that it gives too (`log.hash`). @module */
import { type DiscussionId, type GroupId, parseId, seq, type UserId } from "@gatz/domain";
import { openReads } from "@gatz/storage";
import { ConfigError } from "../apps/server/src/config.ts";
import { ApiError } from "../apps/server/src/errors.ts";
import { type HeldAsked, type HeldHash, readHeldHash } from "../apps/server/src/views/held_hash.ts";
import { withDatabase } from "./database.ts";

export interface StateHashArguments {
  readonly stream: string;
  readonly positionals: readonly string[];
  readonly seq: string | undefined;
  readonly messages: string | undefined;
}

const MOST_MESSAGES = 100;

/** Null, and a line that says so, if the user never was a member there, or not at that seq. */
export async function stateHash(given: StateHashArguments): Promise<HeldHash | null> {
  const asked = askedFor(given);
  return await withDatabase(async (config) => {
    using reads = await openReads(config);
    try {
      return await readHeldHash(reads, asked);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      console.error(`${given.stream}: ${error.message}, or not a stream of which ${asked.viewer} sees that seq`);
      return null;
    }
  });
}

function askedFor({ stream, positionals: [user, ...more], ...numbers }: StateHashArguments): HeldAsked {
  if (user === undefined || more.length > 0) throw new ConfigError(USAGE);
  const at = numbers.seq === undefined ? undefined : seq(numberOf("--seq", numbers.seq, { least: 1 }));
  const messages = numberOf("--messages", numbers.messages ?? "0", { least: 0, most: MOST_MESSAGES });
  return { stream: sharedId(stream), viewer: userId(user), seq: at, messages };
}

const USAGE = "usage: deno task verify --state-hash STREAM USER [--seq N] [--messages N]";

function sharedId(text: string): GroupId | DiscussionId {
  const [group, discussion] = [parseId("grp", text), parseId("disc", text)];
  if (group.ok) return group.id;
  if (discussion.ok) return discussion.id;
  throw new ConfigError(`${text} is no id of a group or a discussion`);
}

function userId(text: string): UserId {
  const parsed = parseId("user", text);
  if (!parsed.ok) throw new ConfigError(`${text} is no id of a user`);
  return parsed.id;
}

function numberOf(option: string, text: string, { least, most }: { least: number; most?: number }): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= (most ?? Infinity)) return value;
  throw new ConfigError(`${option} must be a whole number from ${least}${most === undefined ? "" : ` to ${most}`}`);
}
