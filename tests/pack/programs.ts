/** What the project's author writes, right and wrong. @module */

const REPOSITORY = new URL("../../", import.meta.url).pathname;

/** Every line that says so holds one mistake with types. */
export const MISTAKES = `import { createGatz, newId } from "@gatz/client";
const gatz = await createGatz({ url: "http://127.0.0.1:4000", auth: "", stor: null }); // mistake
const { home } = await gatz.ready();
const discussion = newId("disc", home);
gatz.open(newId("grp", home)); // mistake
gatz.open(discussion).send({ txt: "" }); // mistake
gatz.open(discussion).act("rename", { title: "" }); // mistake
await gatz.api.messages.send.mutate({ id: newId("evt", home), discussion, text: "" }); // mistake
const page = await gatz.api.messages.byDiscussion.query({ discussion: "disc_1", limit: 10 }); // mistake
console.log(page.messages.map((message) => message.text)); // mistake
gatz.api.messages.sendd; // mistake
`;

/** What is imported is there, and is what another entry takes. */
export const ENTRIES = `import type { AppRouter, Store } from "@gatz/client";
import { sqliteStore } from "@gatz/client/sqlite";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import superjson from "superjson";
export const open = (path: string): Promise<Store> => sqliteStore({ path });
export const stock = createTRPCClient<AppRouter>({
  links: [httpBatchLink({ url: "http://127.0.0.1:4000/trpc", transformer: superjson })],
});
export const user: Promise<\`user_\${string}\`> = stock.auth.me.query().then((me) => me.user);
`;

/** `URL TOKEN DISCUSSION TEXT [offline]`: says a text; prints all there is to read, once all is sent, or as it is if there is no server. On the other stream: how far it is. */
export const KEPT = `import { createGatz } from "@gatz/client";
import { sqliteStore } from "@gatz/client/sqlite";
const [, , url, auth, discussion, text, offline] = process.argv;
const gatz = await createGatz({ url, auth, store: await sqliteStore({ path: "gatz.sqlite" }) });
await gatz.ready();
console.error("ready");
const open = gatz.open(discussion);
const { kind } = await open.send({ text }).stored;
for await (const { status, isBehind, messages, pending } of open.picture) {
  console.error(kind, status, isBehind ? "behind" : "", messages.length, pending.size);
  if (status !== "ready" || (!offline && (isBehind || pending.size > 0))) continue;
  console.log(kind, messages.map((message) => message.text).join(", "), pending.size);
  break;
}
await gatz.close();
`;

/** Called in a page of {@link WHOLE_CLIENT}: what {@link KEPT} does, with IndexedDB; resolves to what that prints. */
export const KEPT_IN_PAGE = `async ({ url, auth, discussion, text, offline }) => {
  const gatz = await createGatz({ url, auth, store: indexedDbStore({ name: "kept" }) });
  await gatz.ready();
  console.error("ready");
  const open = gatz.open(discussion);
  const { kind } = await open.send({ text }).stored;
  for await (const { status, isBehind, messages, pending } of open.picture) {
    console.error(kind, status, isBehind ? "behind" : "", messages.length, pending.size);
    if (status !== "ready" || (!offline && (isBehind || pending.size > 0))) continue;
    await gatz.close();
    return [kind, messages.map((message) => message.text).join(", "), pending.size].join(" ");
  }
}`;

/** Everything that most apps take. */
export const WHOLE_CLIENT = `import { createGatz, indexedDbStore } from "@gatz/client";
Object.assign(globalThis, { createGatz, indexedDbStore });
`;

/** Compiles only if the packed router is the router, and the damaged one differs from it where it was damaged. */
export const COMPARISON = `import type { AppRouter } from "@gatz/server";
import type { Different, Equal, NotJson } from "${REPOSITORY}tests/pack/same_types.ts";
import type { AppRouter as Packed } from "./packed/index.d.ts";
import type { AppRouter as Damaged } from "./damaged/index.d.ts";
type Damages = "auth.devSignIn" | "auth.me" | "users.byHandle" | "users.byHandel";
export const none: [Different<AppRouter, Packed>] extends [never] ? "none" : Different<AppRouter, Packed> = "none";
export const all: Equal<Different<AppRouter, Damaged>, Damages> = true;
// Of these each item is JSON, and not what brings them.
type Subscriptions = "live.inbox" | "debug.tail";
export const json: Equal<NotJson<AppRouter>, Subscriptions> = true;
`;

/** Damages the declarations of a router in the ways that a bundler could: a type is lost, is another one, has another name. */
export const damaged = (declarations: string): string =>
  declarations.replace(/(devSignIn: [^}]*handle: )string/, "$1any")
    .replace(/(\bme: [^}]*output: )[\w$]+/, "$1{ user: string }").replace(/\bbyHandle: /, "byHandel: ");
