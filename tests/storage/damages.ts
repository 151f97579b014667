/** Ways to spoil what is stored, one thing at a time, and what `verify` is to call each. @module */
import type { Check } from "@gatz/storage";
import type { administer } from "@gatz/testing/test_database.ts";

type Sql = Parameters<Parameters<typeof administer>[1]>[0];

/** What the damages are done to, as UUIDs: a discussion with everything in it, and one of its members. */
export interface Victims {
  readonly discussion: string;
  readonly user: string;
  /** Another member, who sent no message. */
  readonly other: string;
}

export interface Damage {
  readonly name: string;
  /** Whose shard it is done on, and whose stream is to be named: none for what is the shard's own. */
  readonly of: "discussion" | "user" | "shard";
  readonly check: Check;
  /** The search path is the shard's schema. Must change something. */
  readonly spoil: (sql: Sql, victims: Victims) => Promise<{ count: number }>;
}

// The codes as the tables hold them: 1 new-message, 2 edit, 3 delete, 4 reaction, 12 remove-member, 20 lock, 29 flag-message; 91 added-to.
export const DAMAGES: readonly Damage[] = [
  {
    name: "a message's text",
    of: "discussion",
    check: "digest",
    spoil: (sql, { discussion }) =>
      sql`update events set body = jsonb_set(body, '{text}', '"forged"') where stream = ${discussion} and seq = 2`,
  },
  {
    name: "a dropped event in a stream",
    of: "discussion",
    check: "seqs",
    spoil: (sql, { discussion }) => sql`delete from events where stream = ${discussion} and seq = 3`,
  },
  {
    name: "a dropped event in a log",
    of: "shard",
    check: "positions",
    spoil: (sql, { discussion }) => sql`delete from events where stream = ${discussion} and seq = 3`,
  },
  {
    name: "the newest event, dropped with its head",
    of: "shard",
    check: "fence",
    spoil: (sql) => sql`delete from events where position = (select max(position) from events)`,
  },
  {
    name: "two swapped seqs",
    of: "discussion",
    check: "seqs",
    spoil: async (sql, { discussion }) => {
      await sql`update events set seq = -3 where stream = ${discussion} and seq = 3`;
      await sql`update events set seq = 3 where stream = ${discussion} and seq = 2`;
      return await sql`update events set seq = 2 where stream = ${discussion} and seq = -3`;
    },
  },
  {
    name: "a digest",
    of: "discussion",
    check: "digest",
    spoil: (sql, { discussion }) =>
      sql`update events set digest = decode(repeat('00', 16), 'hex') where stream = ${discussion} and seq = 2`,
  },
  {
    name: "a time that goes back",
    of: "discussion",
    check: "time",
    spoil: (sql, { discussion }) => sql`update events set at = at - 3600000 where stream = ${discussion} and seq = 4`,
  },
  {
    name: "what an adding was decided on",
    of: "discussion",
    check: "authority",
    spoil: (sql, { discussion }) =>
      sql`update events set decided = jsonb_set(decided, '{basis,0,seq}', '1000') where stream = ${discussion} and seq = 1`,
  },
  {
    name: "a code that means nothing",
    of: "discussion",
    check: "row",
    spoil: (sql, { discussion }) => sql`update events set type = 49 where stream = ${discussion} and seq = 2`,
  },
  {
    name: "a head",
    of: "discussion",
    check: "head",
    spoil: (sql, { discussion }) => sql`update streams set seq = seq + 1 where id = ${discussion}`,
  },
  {
    name: "a count of messages",
    of: "discussion",
    check: "head",
    spoil: (sql, { discussion }) => sql`update streams set messages = messages - 1 where id = ${discussion}`,
  },
  {
    name: "a dropped head",
    of: "user",
    check: "head",
    spoil: (sql, { user }) => sql`delete from streams where id = ${user}`,
  },
  {
    name: "a stream's state",
    of: "discussion",
    check: "state",
    spoil: (sql, { discussion }) =>
      sql`update stream_states set state = jsonb_set(state, '{name}', '"forged"') where id = ${discussion}`,
  },
  {
    name: "a pin",
    of: "discussion",
    check: "state",
    spoil: (sql, { discussion }) =>
      sql`update stream_states set state = state - 'pins' where id = ${discussion} and state ? 'pins'`,
  },
  {
    name: "a purge's mark",
    of: "discussion",
    check: "state",
    spoil: (sql, { discussion }) =>
      sql`update stream_states set state = state - 'expunged' where id = ${discussion} and state ? 'expunged'`,
  },
  {
    name: "who sent when, in slow mode",
    of: "discussion",
    check: "state",
    spoil: (sql, { discussion }) =>
      sql`update stream_states set state = state - 'lastSent' where id = ${discussion} and state ? 'lastSent'`,
  },
  {
    name: "that a right was held through the group",
    of: "discussion",
    check: "authority",
    spoil: (sql, { discussion }) =>
      sql`update events set decided = null where stream = ${discussion} and type = 20 and decided ? 'right'`,
  },
  {
    name: "whose message was flagged",
    of: "discussion",
    check: "authority",
    spoil: (sql, { discussion }) =>
      sql`update events set decided = jsonb_set(decided, '{author}', '"user_01hf7yat00e00r000000000001"')
        where stream = ${discussion} and type = 29`,
  },
  {
    name: "a member's role",
    of: "discussion",
    check: "members",
    spoil: (sql, { discussion, user }) =>
      sql`update members set role = 2 where stream = ${discussion} and "user" = ${user}`,
  },
  {
    name: "a dropped member",
    of: "discussion",
    check: "members",
    spoil: (sql, { discussion, user }) => sql`delete from members where stream = ${discussion} and "user" = ${user}`,
  },
  {
    name: "where a stay began",
    of: "discussion",
    check: "members",
    spoil: (sql, { discussion, other }) =>
      sql`update members set joined_position = joined_position + 1 where stream = ${discussion} and "user" = ${other}`,
  },
  {
    name: "an edited message",
    of: "discussion",
    check: "messages",
    spoil: (sql, { discussion }) =>
      sql`update message_changes set state = jsonb_set(state, '{text}', '"forged"')
        where stream = ${discussion} and state->>'kind' = 'live'`,
  },
  {
    name: "a dropped tombstone",
    of: "discussion",
    check: "messages",
    spoil: (sql, { discussion }) =>
      sql`delete from message_changes where stream = ${discussion} and state->>'kind' = 'deleted'`,
  },
  {
    name: "a dropped reaction",
    of: "discussion",
    check: "reactions",
    spoil: (sql, { discussion }) =>
      sql`delete from reactions where message in (select id from events where stream = ${discussion})`,
  },
  {
    name: "a reaction to nothing",
    of: "shard",
    check: "reactions",
    spoil: (sql, { user }) => sql`insert into reactions values (gen_random_uuid(), ${user}, 7, 'x')`,
  },
  {
    name: "an inbox row",
    of: "user",
    check: "inbox",
    spoil: (sql, { user }) => sql`delete from inbox where "user" = ${user}`,
  },
  {
    name: "an effect that never arrived",
    of: "discussion",
    check: "effects",
    spoil: (sql, { discussion }) =>
      sql`delete from outbox where draft->'body'->>'stream' is not null
      and position in (select position from events where stream = ${discussion})`,
  },
  {
    name: "an effect that nothing caused",
    of: "shard",
    check: "outbox",
    spoil: (sql) =>
      sql`insert into outbox (id, position, ordinal, target_shard, draft) values (gen_random_uuid(), 1, 0, 1, '{}')`,
  },
  {
    name: "another effect than was caused",
    of: "discussion",
    check: "outbox",
    spoil: (sql, { discussion }) =>
      sql`update outbox set draft = jsonb_set(draft, '{body,seq}', '77')
        where position in (select position from events where stream = ${discussion})`,
  },
  {
    name: "a mark beyond what there is",
    of: "user",
    check: "reads",
    spoil: (sql, { user }) => sql`update reads set seq = 1000 where "user" = ${user}`,
  },
  {
    name: "a mark of a discussion that its user never was in",
    of: "user",
    check: "reads",
    spoil: (sql, { user, discussion }) =>
      sql`update reads set discussion = overlay(discussion::text placing '000000000000' from 25)::uuid
        where "user" = ${user} and discussion = ${discussion}`,
  },
  {
    name: "a mark that its shard's head does not know of",
    of: "shard",
    check: "reads",
    spoil: (sql) => sql`update reads set rev = rev + 1000`,
  },
  {
    name: "a rev that a mark and a setting share",
    of: "shard",
    check: "reads",
    spoil: (sql) =>
      sql`update settings set rev = (select min(rev) from reads) where rev = (select min(rev) from settings)`,
  },
  {
    name: "a mark on another shard than its user's",
    of: "shard",
    check: "place",
    spoil: (sql) => sql`update reads set "user" = overlay("user"::text placing '0ff' from 16)::uuid`,
  },
  {
    name: "a setting that means nothing",
    of: "user",
    check: "settings",
    spoil: (sql, { user }) => sql`update settings set value = '"loud"' where "user" = ${user}`,
  },
  {
    name: "a fence",
    of: "shard",
    check: "fence",
    spoil: (sql) => sql`update fence set position = position + 1`,
  },
  {
    name: "a shard's tables",
    of: "shard",
    check: "reach",
    spoil: async (sql) => {
      await sql`alter table events rename to elsewhere`;
      return { count: 1 };
    },
  },
];
