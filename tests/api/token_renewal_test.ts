/** The SDK and tokens that run out, against a real server whose tokens last a moment. @module */
import { strict as assert } from "node:assert";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { createGatz, createGatzClient } = await import("@gatz/client");
  const { connect, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { until } = await import("@gatz/testing/eventually.ts");
  const { talk } = await import("./talk.ts");

  const TOKEN_MS = 2_000;
  /** Each socket asks for a token: a busy machine must not cost one. */
  const pace = { openMs: 60_000, closeMs: 60_000 };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  /** Signs in anew whenever it is asked for a token. */
  const signingIn = (url: string, handle: string) => {
    const given: string[] = [];
    const token = async () => {
      await using anonymous = connect(url, { transport: "http" });
      const session = await anonymous.api.auth.devSignIn.mutate({ handle });
      given.push(session.token);
      return session.token;
    };
    return { token, given };
  };

  Deno.test("[LOG4] a discussion outlives its tokens: nothing that is sent is lost, and each is sent once", async () => {
    await using server = await testServer({ limits: { tokenMs: TOKEN_MS } });
    const { token, given } = signingIn(server.url, "ann");
    await using ann = await person(server.url, "ann");
    const gatz = await createGatz({ url: server.url, auth: token });
    const { discussion } = await talk({ ...ann, api: gatz.api }, []);
    const open = gatz.open(discussion);
    const shown = open.picture.snapshot;
    const sent: string[] = [];
    // More often than one subscription may be refused in a row.
    while (given.length < 5) {
      sent.push(`message ${sent.length}`);
      open.send({ text: sent.at(-1)! });
      await pause(400);
    }
    await until(() => shown().pending.size === 0 && shown().messages.length >= sent.length);
    assert.deepEqual(shown().messages.map((message) => message.kind === "live" && message.text), sent);
    assert.deepEqual(gatz.refused.snapshot(), []);
    await gatz.close();
  });

  for (const calls of ["ws", "http"] as const) {
    Deno.test(`[SEC1] over ${calls}, calls that are refused for their token are made again with a new one`, async () => {
      await using server = await testServer();
      await using ann = await person(server.url, "ann");
      let asked = 0;
      const token = () => asked++ === 0 ? "gatz1.not.good" : ann.token;
      const client = createGatzClient({ url: server.url, token, calls, pace });
      const answers = await Promise.all([client.api.auth.me.query(), client.api.auth.me.query()]);
      assert.deepEqual(answers.map(({ user }) => user), [ann.user, ann.user]);
      assert.equal(asked, 2);
      await client.close();
    });

    Deno.test(`[SEC1] over ${calls}, who gives no good token is told so after a few, and one that is a text is final`, async () => {
      await using server = await testServer();
      let asked = 0;
      const clients = [() => `gatz1.not.good${asked++}`, "gatz1.not.good"]
        .map((token) => createGatzClient({ url: server.url, token, calls, pace }));
      for (const { api, close } of clients) {
        await assert.rejects(api.auth.me.query(), { data: { code: "Unauthenticated", httpStatus: 401 } });
        await close();
      }
      assert.equal(asked, 4);
    });
  }
}
