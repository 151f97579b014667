/** Who has which handle: races, renames, ends of accounts (USR2, USR4), on the database's own clock. @module */
import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { shardNumber, unixMs } = await import("@gatz/domain");
  const { until } = await import("@gatz/testing/eventually.ts");
  const { administer } = await import("@gatz/testing/test_database.ts");
  const { userId } = await import("../../packages/domain/testing/ids.ts");
  const { Town } = await import("./town.ts");
  type Town = Awaited<ReturnType<typeof Town.start>>;

  const DAY_MS = 86_400_000;
  const empty = (limits = {}) => Town.start({ people: 0, shards: 1, limits });
  let made = 0;
  const somebody = () => userId(960_000 + made++, shardNumber(0));

  /** Lets time pass for what the directory keeps until then. */
  const pass = (town: Town, days: number) =>
    administer(town.config.directory, (sql) =>
      sql`update gatz.handles set free_at = free_at - ${days * DAY_MS}::bigint,
        former_until = former_until - ${days * DAY_MS}::bigint`);

  /** Until so many claims wait for a row. */
  const untilWaiting = (town: Town, count: number) =>
    administer(town.config.directory, (sql) =>
      until(async () => {
        const rows = await sql`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like '%with present as%'`;
        return rows.length === count;
      }));

  Deno.test("[USR2] of 50 racing claims to a handle and its look-alikes, on two nodes, one wins", async () => {
    await using town = await empty();
    const other = await town.open();
    const spellings = ["morning_light", "Morning_Light", "mornlng_l1ght", "m0rninglight", "morning_light"];
    const claims = await Promise.all(Array.from({ length: 50 }, async (_, n) => {
      const { directory } = n % 2 === 0 ? town.storage : other;
      const [user, handle] = [somebody(), spellings[n % spellings.length]!]; // of so many
      return { user, handle, ...await directory.claimHandle(handle, user) };
    }));
    const granted = claims.filter(({ kind }) => kind === "granted");
    assert.equal(granted.length, 1);
    assert.ok(claims.every(({ kind }) => kind === "granted" || kind === "taken"));
    const [{ user, handle }] = granted as [typeof claims[number]]; // just counted
    const { directory } = other;
    assert.deepEqual(await directory.userByHandle(handle), {
      ...{ id: user, handle: handle.toLowerCase(), isRedirect: false },
    });
    assert.deepEqual(await directory.claimHandle(handle, user), { kind: "granted" }, "an unfinished claim resumes");
    assert.deepEqual(await directory.claimHandle("m0rn1ngl1ght", somebody()), { kind: "taken", by: user });
    const lookAlike = spellings.find((one) => one.toLowerCase() !== handle.toLowerCase())!; // there are others
    assert.equal(await directory.userByHandle(lookAlike), null, "a look-alike is not the handle");
    await other.close();
  });

  Deno.test("[USR2] a rename keeps the old handle as a redirect for 30 days, then it is anybody's", async () => {
    await using town = await empty();
    const { directory } = town.storage;
    const [ann, ben] = [somebody(), somebody()];
    await directory.claimHandle("annie", ann);
    assert.deepEqual(await directory.claimHandle("anna", ann), { kind: "granted" });
    assert.deepEqual(await directory.userByHandle("annie"), { id: ann, handle: "anna", isRedirect: true });
    assert.deepEqual(await directory.userByHandle("Anna"), { id: ann, handle: "anna", isRedirect: false });
    await pass(town, 29);
    assert.deepEqual(await directory.claimHandle("annle", ben), { kind: "taken", by: ann });
    await pass(town, 1);
    assert.equal(await directory.userByHandle("annie"), null);
    assert.deepEqual(await directory.claimHandle("annle", ben), { kind: "granted" });
    assert.deepEqual(await directory.userByHandle("annle"), { id: ben, handle: "annle", isRedirect: false });
    assert.deepEqual(await directory.claimHandle("annie", ann), { kind: "taken", by: ben });
    assert.deepEqual(await directory.userByHandle("anna"), { id: ann, handle: "anna", isRedirect: false });
  });

  Deno.test("[USR2] a handle can be taken back while it is a redirect, and spelled anew: both lead to its user", async () => {
    await using town = await empty();
    const { directory } = town.storage;
    const ann = somebody();
    for (const handle of ["annie", "bella", "annie"]) await directory.claimHandle(handle, ann);
    assert.deepEqual(await directory.userByHandle("annie"), { id: ann, handle: "annie", isRedirect: false });
    assert.deepEqual(await directory.userByHandle("bella"), { id: ann, handle: "annie", isRedirect: true });
    await directory.claimHandle("ann_ie", ann);
    assert.deepEqual(await directory.userByHandle("annie"), { id: ann, handle: "ann_ie", isRedirect: true });
    await directory.claimHandle("annie", ann);
    assert.deepEqual(await directory.userByHandle("ann_ie"), { id: ann, handle: "annie", isRedirect: true });
    await pass(town, 30);
    assert.equal(await directory.userByHandle("ann_ie"), null);
    assert.deepEqual(await directory.userByHandle("annie"), { id: ann, handle: "annie", isRedirect: false });
  });

  Deno.test("[USR2] handleRedirects: who has left so many handles leaves no other until the first is free", async () => {
    await using town = await empty({ handleRedirects: 2 });
    const { directory } = town.storage;
    const ann = somebody();
    for (const handle of ["handle_a", "handle_b", "handle_c"]) {
      assert.deepEqual(await directory.claimHandle(handle, ann), { kind: "granted" });
    }
    const refused = await directory.claimHandle("handle_d", ann);
    assert.ok(refused.kind === "too-many");
    assert.ok(refused.retryAfterMs > 29 * DAY_MS && refused.retryAfterMs <= 30 * DAY_MS, `${refused.retryAfterMs}`);
    assert.equal(await directory.userByHandle("handle_d"), null);
    assert.deepEqual(await directory.claimHandle("handle_c", ann), { kind: "granted" }, "what is theirs stays theirs");
    await pass(town, 30);
    assert.deepEqual(await directory.claimHandle("handle_d", ann), { kind: "granted" });
  });

  Deno.test("[USR2] one user's racing renames end with one handle; the others lead to them, none is lost", async () => {
    await using town = await empty({ handleRedirects: 20 });
    const other = await town.open();
    const ann = somebody();
    await town.storage.directory.claimHandle("first", ann);
    const handles = [..."abcdefghjkmn"].map((letter) => `hand_${letter}`);
    const { waiting } = await administer(town.config.directory, (sql) =>
      sql.begin(async (held) => {
        await held`select from gatz.handles where handle = 'first' for update`;
        const waiting = handles.map((handle, n) =>
          (n % 2 === 0 ? town.storage : other).directory.claimHandle(handle, ann)
        );
        // As many as a node has connections to the directory.
        await untilWaiting(town, 2 * 4);
        return { waiting };
      }));
    const claims = await Promise.all(waiting);
    assert.deepEqual(new Set(claims.map(({ kind }) => kind)), new Set(["granted"]));
    const rows = await administer(
      town.config.directory,
      (sql) => sql<{ handle: string; free_at: string | null }[]>`select handle, free_at from gatz.handles`,
    );
    assert.equal(rows.length, 13);
    const present = rows.filter(({ free_at }) => free_at === null);
    assert.equal(present.length, 1);
    for (const handle of ["first", ...handles]) {
      const found = await other.directory.userByHandle(handle);
      assert.deepEqual(found && { id: found.id, handle: found.handle }, { id: ann, handle: present[0]?.handle });
    }
    await other.close();
  });

  Deno.test("[USR2] who want each other's handles are refused both at once, and neither waits for the other", async () => {
    await using town = await empty();
    const { directory } = town.storage;
    const [ann, ben] = [somebody(), somebody()];
    await directory.claimHandle("anna", ann);
    await directory.claimHandle("bella", ben);
    // Both want both rows while Ben's is held: had each taken one of them, PostgreSQL would end one claim as a deadlock after a second.
    const claims = await administer(town.config.directory, (sql) =>
      sql.begin(async (held) => {
        await held`select from gatz.handles where handle = 'bella' for update`;
        const waiting = [directory.claimHandle("anna", ben)];
        await untilWaiting(town, 1);
        waiting.push(directory.claimHandle("bella", ann));
        await untilWaiting(town, 2);
        return { waiting };
      }));
    assert.deepEqual(await Promise.all(claims.waiting), [{ kind: "taken", by: ann }, { kind: "taken", by: ben }]);
    assert.deepEqual(await directory.userByHandle("anna"), { id: ann, handle: "anna", isRedirect: false });
    assert.deepEqual(await directory.userByHandle("bella"), { id: ben, handle: "bella", isRedirect: false });
  });

  Deno.test("[USR4] after an account's end its handle is nobody's for 90 days; of 50 that claim it then one wins", async () => {
    await using town = await empty();
    const { directory } = town.storage;
    const ann = somebody();
    await directory.claimHandle("annie", ann);
    await directory.claimHandle("anna", ann);
    await directory.saveSession({ id: "hash", user: ann, expiresAt: unixMs(Date.now() + DAY_MS) });
    const at = unixMs(Date.now() - 10 * DAY_MS);
    await directory.endAccount(ann, { at });
    await directory.endAccount(ann, { at: unixMs(Date.now()) });
    assert.deepEqual(await directory.userByHandle("anna"), { id: ann, handle: null, isRedirect: true });
    const sessions = await administer(town.config.directory, (sql) => sql`select from gatz.sessions`);
    assert.equal(sessions.length, 0);
    await pass(town, 79);
    assert.equal((await directory.claimHandle("anna", somebody())).kind, "taken");
    assert.equal((await directory.claimHandle("annie", somebody())).kind, "granted", "the redirect was over before");
    await pass(town, 1);
    const claims = await Promise.all(Array.from({ length: 50 }, () => directory.claimHandle("anna", somebody())));
    assert.equal(claims.filter(({ kind }) => kind === "granted").length, 1);
  });
}
