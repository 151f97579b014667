/** A gatz server in a process of its own, which can be killed and started again, and two people who talk there. @module */
import type { DiscussionId } from "@gatz/domain";
import { freePort } from "@gatz/testing/free_port.ts";
import { type Person, person } from "@gatz/testing/test_server.ts";
import { testDatabase } from "@gatz/testing/test_database.ts";
import { DatabaseSync } from "node:sqlite";
import { makeSecretsFile, parseSecretsFile } from "../../apps/server/src/secrets.ts";
import { talk } from "../api/talk.ts";
import { type EntryPoint, startDeno, startEntryPoint } from "../end_to_end/entry_point.ts";

export interface Stage extends AsyncDisposable {
  readonly discussion: DiscussionId;
  /** By HTTP, so that they are there whenever the server is. */
  readonly ann: Person;
  readonly ben: Person;
  /** Kills it in the middle of whatever it does. */
  killServer(): Promise<void>;
  /** On the port that it had. */
  startServer(): Promise<void>;
  bot(who: Person): EntryPoint;
  /** With the file of a store, by its name. */
  window(who: Person, file: string): EntryPoint;
  /** What lies in the file of a store, written and not sent yet. */
  draftsIn(file: string): string;
  /** What the log holds now, oldest first: `author text`. */
  said(): Promise<string[]>;
}

export async function openStage(): Promise<Stage> {
  await using opening = new AsyncDisposableStack();
  let parts = opening;
  const database = parts.use(await testDatabase({ servers: 1, migrated: false }));
  const folder = await Deno.makeTempDir({ prefix: "gatz-examples-" });
  parts.defer(() => Deno.remove(folder, { recursive: true }));
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const secrets = parseSecretsFile(makeSecretsFile((bytes) => crypto.getRandomValues(new Uint8Array(bytes))));
  const env: Record<string, string> = {
    ...{ DATABASE_URL: database.directoryUrl, GATZ_DEV: "1", GATZ_SHARDS: "2", GATZ_PORT: String(port) },
    ...Object.fromEntries(Object.entries(secrets).map(([name, value = ""]) => [name, value])),
  };
  let server: EntryPoint;
  const startServer = async () => {
    server = parts.use(startEntryPoint("apps/server/main.ts", { env }));
    await server.printed("gatz serves on");
  };
  await startServer();
  const [ann, ben] = [await person(url, "ann"), await person(url, "ben")];
  const { discussion } = await talk(ann, [ben]);
  parts = opening.move();
  const example = (permissions: readonly string[], file: string, args: readonly string[]) =>
    parts.use(
      startDeno(["run", "--no-check", ...permissions, `examples/${file}`, ...args], { env: {}, isTyped: true }),
    );
  const names = new Map([[ann.user, "ann"], [ben.user, "ben"]]);
  return {
    ...{ discussion, ann, ben, startServer },
    killServer: async () => void await server.end("SIGKILL"),
    bot: ({ token }) => example([`--allow-net=127.0.0.1:${port}`], "bot.ts", [url, token, discussion]),
    window: ({ token }, file) => {
      const permissions = [`--allow-net=127.0.0.1:${port}`, `--allow-read=${folder}`, `--allow-write=${folder}`];
      return example(permissions, "terminal_chat.ts", [url, token, discussion, `${folder}/${file}`]);
    },
    draftsIn: (file) => {
      const store = new DatabaseSync(`${folder}/${file}`, { readOnly: true });
      try {
        return store.prepare("SELECT text FROM entries WHERE tab = 'drafts'").all().map(({ text }) => text).join("\n");
      } finally {
        store.close();
      }
    },
    said: async () => {
      const { messages } = await ann.api.messages.byDiscussion.query({ discussion, limit: 100 });
      return messages.toReversed().map((message) =>
        `${names.get(message.author)} ${message.kind === "live" ? message.text : "-"}`
      );
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
