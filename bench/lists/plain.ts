/**
 * What one gets without gatz on the same server: the same discussions in one schema of four plain tables, and a page of them by one statement.
 * Shares no code with gatz.
 * @module
 */
import postgres from "postgres";
import { type Database, SHARDS } from "../environment.ts";

const NEW_MESSAGE = 1, DISCUSSION = 3;

export interface PlainLists extends AsyncDisposable {
  /** The first page of a user, by UUID: how many rows it has. */
  page(user: string): Promise<number>;
}

/** Copies what there is. */
export async function plainLists(database: Database): Promise<PlainLists> {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`
    drop schema if exists plain cascade;
    create schema plain;
    create table plain.discussions (id uuid primary key, name text not null, last_at bigint not null);
    create table plain.members ("user" uuid, discussion uuid, primary key ("user", discussion));
    create table plain.messages (discussion uuid, seq int, author uuid not null, at bigint not null, text text, primary key (discussion, seq));
    create table plain.reads ("user" uuid, discussion uuid, seq int not null, primary key ("user", discussion))`);
  for (let n = 0; n < SHARDS; n++) {
    const s = `gatz_s${String(n).padStart(4, "0")}`;
    await sql.unsafe(`
      insert into plain.discussions select s.id, t.state ->> 'name', s.last_at
        from ${s}.streams s join ${s}.stream_states t on t.id = s.id where s.kind = ${DISCUSSION};
      insert into plain.members select m."user", m.stream from ${s}.members m
        join ${s}.streams s on s.id = m.stream and s.kind = ${DISCUSSION} where m.left_seq is null;
      insert into plain.messages select stream, seq, actor, at, body ->> 'text' from ${s}.events where type = ${NEW_MESSAGE}`);
  }
  await sql.unsafe("vacuum analyze plain.discussions, plain.members, plain.messages, plain.reads");
  return {
    async page(user) {
      const rows = await sql`
        select d.*, newest.*, (
          select count(*) from (
            select 1 from plain.messages where discussion = d.id and seq > d.read and author <> ${user} limit 100
          ) counted
        ) as unread
        from (
          select d.*, coalesce(r.seq, 0) as read
          from plain.members m
          join plain.discussions d on d.id = m.discussion
          left join plain.reads r on r."user" = m."user" and r.discussion = d.id
          where m."user" = ${user}
          order by d.last_at desc limit 50
        ) d
        left join lateral (
          select author, at, text from plain.messages where discussion = d.id order by seq desc limit 1
        ) newest on true
        order by d.last_at desc`;
      return rows.length;
    },
    [Symbol.asyncDispose]: () => sql.end(),
  };
}
