/** Invites through the API (GRP3): by clients that keep the token, on a server that never stores one. @module */
import { strict as assert } from "node:assert";
import type { EventId, GroupId } from "@gatz/domain";
import { seq, shardOf, unixMs } from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { newInvite } = await import("@gatz/client");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { eventually } = await import("@gatz/testing/eventually.ts");
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");
  type Person = Awaited<ReturnType<typeof person>>;
  type Terms = Partial<Parameters<Person["api"]["groups"]["createInvite"]["mutate"]>[0]>;

  const database = { shards: 4, servers: 1 } as const;
  const code = (outcome: { kind: string; code?: string }) => outcome.code ?? outcome.kind;

  /** What somebody who is invited is given: in an app, a link. */
  interface Invitation {
    readonly group: GroupId;
    readonly invite: EventId;
    readonly token: string;
  }

  async function invitation({ api }: Person, group: GroupId, terms: Terms = {}): Promise<Invitation> {
    const { token, hash } = await newInvite();
    const invite = freshId("evt", shardOf(group));
    sent((await api.groups.createInvite.mutate({ id: invite, group, hash: hash as never, ...terms })).outcome);
    return { group, invite, token };
  }

  const joining = (to: Invitation) => ({ id: freshId("evt", shardOf(to.group)), ...to });
  const join = async ({ api }: Person, to: Invitation) => (await api.groups.joinByInvite.mutate(joining(to))).outcome;

  Deno.test("[GRP3] who has the link comes in; the token is nowhere in the database, nor its hash in what others see", async () => {
    await using server = await testServer({ database });
    const [ann, ben, cid] = await Promise.all(
      ["ann", "ben", "cid"].map((handle, shard) => person(server.url, handle, { shard })),
    );
    assert.ok(ann && ben && cid);
    await using _people = disposeAll(ann, ben, cid);
    const { group } = await talk(ann, [cid]);
    const homeOf = async ({ api }: Person) => (await api.auth.me.query()).home;
    await eventually(() => homeOf(cid), (home) => home === ann.home);
    const link = await invitation(cid, group, { maxUses: 1 });
    assert.deepEqual(
      (await ann.api.groups.invites.query({ group })).invites.map(({ by, uses, maxUses }) => ({
        ...{ by, uses, maxUses },
      })),
      [{ by: cid.user, uses: 0, maxUses: 1 }],
    );
    const input = joining(link);
    sent((await ben.api.groups.joinByInvite.mutate(input)).outcome);
    const again = (await ben.api.groups.joinByInvite.mutate(input)).outcome;
    assert.equal(again.kind, "duplicate", "who lost the answer is not told that the invite is used up");
    assert.equal((await ben.api.groups.byId.query({ group })).group.role, "member");
    assert.deepEqual((await ann.api.groups.invites.query({ group })).invites, [], "used up");
    // A newcomer is at home where their inviter is by now (ID4).
    await eventually(() => homeOf(ben), (home) => home === ann.home);
    const seen = JSON.stringify(await cid.api.log.read.query({ stream: group, fromSeq: seq(1) }));
    const { hash } = await hashOf(link.token);
    assert.ok(seen.includes("create-invite") && !seen.includes(hash), "a member who is no moderator sees no hash");
    const whole = JSON.stringify(await ann.api.log.read.query({ stream: group, fromSeq: seq(1) }));
    assert.ok(whole.includes(hash), "the owner does");
    const rows = await administer(server.database.servers.a, (sql) =>
      sql`
      select string_agg(e::text, '') as all from ${sql(`gatz_s000${shardOf(group)}`)}.events e`);
    assert.ok(rows[0]?.all.includes(hash) && !rows[0]?.all.includes(link.token));
  });

  Deno.test("[GRP3] of a dozen who race for an invite of three uses, three come in", async () => {
    await using server = await testServer({ database });
    const ann = await person(server.url, "ann");
    const crowd = await Promise.all(Array.from({ length: 12 }, (_, i) => person(server.url, `racer_${i}`)));
    await using _people = disposeAll(ann, ...crowd);
    const { group } = await talk(ann, []);
    const link = await invitation(ann, group, { maxUses: 3 });
    const outcomes = (await Promise.all(crowd.map((racer) => join(racer, link)))).map(code);
    assert.deepEqual(outcomes.toSorted(), [...Array(9).fill("InviteInvalid"), ...Array(3).fill("accepted")]);
    assert.equal((await ann.api.groups.byId.query({ group })).group.memberCount, 4);
  });

  Deno.test("[GRP3] [VIS3] [BLK1] whatever does not work answers alike, also where there is no such group", async () => {
    await using server = await testServer({ database });
    const [ann, ben, cid, dot] = await Promise.all(
      ["ann", "ben", "cid", "dot"].map((handle) => person(server.url, handle)),
    );
    assert.ok(ann && ben && cid && dot);
    await using _people = disposeAll(ann, ben, cid, dot);
    const { group } = await talk(ann, [cid]);
    const good = await invitation(ann, group);
    const expiresAt = unixMs(Date.now() + 1_500);
    const brief = await invitation(ann, group, { expiresAt });
    const revoked = await invitation(cid, group);
    const revoking = { id: freshId("evt", shardOf(group)), group, invite: revoked.invite };
    sent((await cid.api.groups.revokeInvite.mutate(revoking)).outcome);
    sent((await ann.api.users.block.mutate({ id: freshId("evt", shardOf(ann.user)), user: dot.user })).outcome);
    const other = freshId("grp", shardOf(group));
    await new Promise((resolve) => setTimeout(resolve, expiresAt + 100 - Date.now()));
    const refusals = await Promise.all([
      join(ben, { ...good, token: "x".repeat(22) }),
      join(ben, { ...good, invite: freshId("evt", shardOf(group)) }),
      join(ben, { ...good, group: other }),
      join(ben, brief),
      join(ben, revoked),
      join(dot, good),
    ]);
    for (const refusal of refusals) {
      assert.deepEqual(refusal, { kind: "rejected", code: "InviteInvalid", field: "invite" });
    }
    const body = { invite: good.invite };
    const draft = { stream: group, id: freshId("evt", shardOf(group)), type: "join-by-invite", version: 1, body };
    const { outcomes } = await ben.api.log.offer.mutate({ stream: group, drafts: [draft] });
    assert.deepEqual(outcomes.map(code), ["SystemOnly"], "nobody joins without the token");
    sent(await join(ben, good));
    sent((await ben.api.groups.leave.mutate({ id: freshId("evt", shardOf(group)), group })).outcome);
    await assert.rejects(
      ben.api.groups.joinByInvite.mutate({ ...joining(good), token: "short" }),
      (error: { data?: { field?: string } }) => error.data?.field === "token",
    );
  });

  Deno.test("[SEC2] invitesBurst, invitesPerDay, [GRP3] invites: too many of one user, and of one group", async () => {
    const limits = { invitesBurst: 3, invitesPerDay: 1, invites: 2 };
    await using server = await testServer({ database, limits, rates: "default" });
    const ann = await person(server.url, "ann");
    await using _people = disposeAll(ann);
    const [one, two] = [await talk(ann, []), await talk(ann, [])];
    const invite = async (group: GroupId) => {
      const input = { id: freshId("evt", ann.home), group, hash: (await newInvite()).hash as never };
      return (await ann.api.groups.createInvite.mutate(input)).outcome;
    };
    sent(await invite(one.group));
    sent(await invite(one.group));
    assert.deepEqual(await invite(one.group), {
      ...{ kind: "rejected", code: "TooManyInvites", field: "group", detail: { limit: 2 } },
    });
    sent(await invite(two.group));
    const limited = await invite(two.group);
    assert.ok(limited.kind === "not-now" && limited.limiter === "newInvites" && limited.retryAfterMs > 3_600_000);
  });

  async function hashOf(token: string) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
    return { hash: new Uint8Array(digest).toHex() };
  }
}
