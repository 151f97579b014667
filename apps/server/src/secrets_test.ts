import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Environment } from "./config.ts";
import { makeSecretsFile, parseSecretsFile, readSecrets, SECRET_NAMES, SecretsError } from "./secrets.ts";

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const base64url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });

function problemsOf(environment: Environment): string {
  try {
    readSecrets(environment, { embedded: true });
  } catch (error) {
    if (error instanceof SecretsError) return error.message;
    throw error;
  }
  return "";
}

Deno.test("what is generated is accepted, and differs every time", () => {
  const files = [makeSecretsFile(random), makeSecretsFile(random)];
  const [one, other] = files.map((file) => readSecrets(parseSecretsFile(file), { embedded: true }));
  assert.ok(one && other);
  assert.equal(one.tokenKey.length, 32);
  assert.notDeepEqual(one.tokenKey, other.tokenKey);
  assert.notDeepEqual(one.digestKey, other.digestKey);
  assert.notEqual(one.databasePassword, other.databasePassword);
});

Deno.test("every missing secret is named, with how to make one", () => {
  const message = problemsOf({});
  for (const name of Object.keys(SECRET_NAMES)) {
    // Without the metrics' token nobody reads them, which is no problem.
    assert.equal(new RegExp(`${name} is not set`).test(message), name !== "GATZ_METRICS_TOKEN");
  }
  assert.match(message, /deno task generate-secrets/);
});

Deno.test("the embedded database's password is asked for only if that is used", () => {
  const { GATZ_DB_PASSWORD: _, ...others } = parseSecretsFile(makeSecretsFile(random));
  assert.throws(() => readSecrets(others, { embedded: false }).databasePassword, SecretsError);
  assert.match(problemsOf(others), /GATZ_DB_PASSWORD is not set/);
});

const WEAK: Record<string, string> = {
  "all zeros": base64url(new Uint8Array(32)),
  "counted up": base64url(Uint8Array.from({ length: 32 }, (_, index) => index)),
  "a repeated word": base64url(new TextEncoder().encode("changemechangemechangemechangeme")),
  "too short": base64url(random(31)),
  "too long": base64url(random(33)),
  "not base64url": "correct horse battery staple, correct horse",
};
for (const [what, value] of Object.entries(WEAK)) {
  Deno.test(`[SEC3] a key that is ${what} is refused without repeating it`, () => {
    const message = problemsOf({ ...parseSecretsFile(makeSecretsFile(random)), GATZ_TOKEN_KEY: value });
    assert.match(message, /^GATZ_TOKEN_KEY /);
    assert.ok(!message.includes(value));
  });
}

Deno.test("one key for two purposes is refused", () => {
  const key = base64url(random(32));
  const message = problemsOf({
    ...parseSecretsFile(makeSecretsFile(random)),
    GATZ_TOKEN_KEY: key,
    GATZ_DIGEST_KEY: key,
  });
  assert.match(message, /are the same/);
});

Deno.test("a weak database password is refused", () => {
  const secrets = parseSecretsFile(makeSecretsFile(random));
  for (const password of ["postgres", "aaaaaaaaaaaaaaaaaaaaaaaaaa"]) {
    assert.match(problemsOf({ ...secrets, GATZ_DB_PASSWORD: password }), /^GATZ_DB_PASSWORD is weak/);
  }
});

Deno.test("[SEC3] secrets show nothing when logged or made JSON", () => {
  const environment = parseSecretsFile(makeSecretsFile(random));
  const secrets = readSecrets(environment, { embedded: true });
  const shown = inspect(secrets, { depth: 9, showHidden: true }) + Deno.inspect(secrets, { getters: false }) +
    JSON.stringify(secrets);
  assert.ok(!shown.includes(environment.GATZ_DB_PASSWORD ?? "?"));
  assert.doesNotMatch(shown, /Uint8Array/);
});
