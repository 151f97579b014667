/** The client as an npm package, in a project of somebody else's. @module */
import { inTime } from "@gatz/testing/in_time.ts";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import assert from "node:assert/strict";
import * as path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { needsChromium, startChromium } from "../browser/chromium.ts";
import { blocks, EXAMPLE_SAYS, exampleFor } from "../readme_blocks.ts";
import { nodeOf } from "./nodes.ts";
import { servePages, untilItSays } from "./pages.ts";
import { COMPARISON, damaged, ENTRIES, KEPT, KEPT_IN_PAGE, MISTAKES, WHOLE_CLIENT } from "./programs.ts";
import { openProject, type Project } from "./project.ts";
import { needsNpm, run, succeed } from "./run.ts";
import { unportable } from "./unportable.ts";

const OLDEST_NODE = "22.0.0";
const OLDEST_NODE_WITH_SQLITE = "22.13.0";
const TOO_OLD_NODE = "20.20.2";
const TOLD_SO = /^Error: @gatz\/client needs Node\.js 22 or newer, this is 20\.20\.2$/m;
/** What the client may weigh in a browser, minified and compressed, with the libraries that it needs. */
const MOST_BYTES = 60_000;

const REPOSITORY = new URL("../../", import.meta.url).pathname;

if (
  await needsPostgres(import.meta.url) && await needsChromium(import.meta.url) && await needsNpm(import.meta.url)
) {
  const { freePort } = await import("@gatz/testing/free_port.ts");
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  type TestServer = Awaited<ReturnType<typeof testServer>>;

  let project: Project;
  let server: TestServer;
  let open: AsyncDisposableStack;
  Deno.test.beforeAll(async () => {
    await using opening = new AsyncDisposableStack();
    for (const version of [OLDEST_NODE, OLDEST_NODE_WITH_SQLITE, TOO_OLD_NODE]) await nodeOf(version);
    project = opening.use(await openProject());
    server = opening.use(await testServer());
    await project.write({
      "index.html": '<script type="module" src="/src/main.ts"></script>',
      "src/main.ts": await exampleFor(server.url),
      "src/entries.ts": ENTRIES,
      "src/its_readme.ts": (await blocks("ts", "packages/client/README.md")).join("\n"),
    });
    const guide = await blocks("ts", "docs/client.md");
    assert(guide.length >= 2);
    await project.write(Object.fromEntries(guide.map((code, i) => [`src/its_guide_${i}.ts`, code])));
    open = opening.move();
  });
  Deno.test.afterAll(() => open.disposeAsync());

  /** Project and server live longer than a test, so what they hold open is not the test's. */
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });

  /** Deno follows them outside of node_modules if they name each other in full. */
  const copyDeclarations = async (folder: string, change: (text: string) => string) => {
    const dist = path.join(project.installed, "dist");
    await Deno.mkdir(folder);
    for (const { name } of Deno.readDirSync(dist)) {
      if (!name.endsWith(".d.ts")) continue;
      const text = change(await Deno.readTextFile(path.join(dist, name)));
      await Deno.writeTextFile(path.join(folder, name), text.replace(/(from "\.[^"]*)\.js"/g, '$1.d.ts"'));
    }
  };

  test("the READMEs' and the guide's examples pass the strictest type check; what is wrong with types is found", async () => {
    const clean = await project.run("tsc");
    assert.equal(clean.code, 0, clean.stdout);
    await project.write({ "src/mistakes.ts": MISTAKES });
    const { code, stdout } = await project.run("tsc");
    await Deno.remove(path.join(project.folder, "src/mistakes.ts"));
    assert.notEqual(code, 0);
    const found = [...stdout.matchAll(/^(\S+)\((\d+),\d+\): error/gm)].map((match) => `${match[1]}:${match[2]}`);
    const planted = MISTAKES.split("\n").flatMap((line, i) =>
      line.includes("// mistake") ? [`src/mistakes.ts:${i + 1}`] : []
    );
    assert.deepEqual(found, planted, stdout);
  });

  test("every procedure's input and output has the router's own types", async () => {
    const folder = await Deno.makeTempDir({ dir: project.folder });
    await Deno.writeTextFile(path.join(folder, "compared.ts"), COMPARISON);
    await copyDeclarations(path.join(folder, "packed"), (text) => text);
    await copyDeclarations(path.join(folder, "damaged"), damaged);
    const args = ["check", "--config", "deno.json", path.join(folder, "compared.ts")];
    const { code, stderr } = await run(Deno.execPath(), args, { cwd: REPOSITORY });
    assert.equal(code, 0, stderr);
  });

  test("the example runs in Chromium, from another origin", async () => {
    const built = await project.run("vite", "build");
    assert.equal(built.code, 0, built.stdout + built.stderr);
    await using pages = servePages(path.join(project.folder, "dist"));
    await using browser = await startChromium();
    await untilItSays(browser, pages.url, EXAMPLE_SAYS);
  });

  test("the example runs in the oldest Node.js that will do; an older one is told so", async () => {
    await Deno.copyFile(path.join(project.folder, "src/main.ts"), path.join(project.folder, "main.mjs"));
    const cwd = project.folder;
    assert.match(await succeed(await nodeOf(OLDEST_NODE), ["main.mjs"], { cwd }), EXAMPLE_SAYS);
    const { code, stderr } = await run(await nodeOf(TOO_OLD_NODE), ["main.mjs"], { cwd });
    assert.equal(code, 1);
    assert.match(stderr, TOLD_SO);
  });

  /** A discussion that somebody has for themselves. */
  const begun = async ({ api, home }: Awaited<ReturnType<typeof person>>) => {
    const [group, discussion] = [freshId("grp", home), freshId("disc", home)];
    const by = () => freshId("evt", home);
    await api.groups.create.mutate({ id: by(), stream: group, name: "Friends", members: [] });
    await api.discussions.create.mutate({ id: by(), stream: discussion, group, name: "Lunch?", members: [] });
    return discussion;
  };

  test("[LOG4] what a program in Node.js has kept in SQLite, the next shows without a server, and one with a server sends", async () => {
    await using dora = await person(server.url, "dora");
    const discussion = await begun(dora);
    await project.write({ "kept.mjs": KEPT });
    const cwd = project.folder;
    const node = await nodeOf(OLDEST_NODE_WITH_SQLITE);
    const say = (...args: string[]) => succeed(node, ["kept.mjs", ...args], { cwd });
    assert.equal(await say(server.url, dora.token, discussion, "first"), "kept first 0\n");
    assert.equal(
      await say(`http://127.0.0.1:${freePort()}`, dora.token, discussion, "second", "offline"),
      "kept first, second 1\n",
    );
    assert.equal(await say(server.url, dora.token, discussion, "third"), "kept first, second, third 0\n");
    const without = await run(await nodeOf(OLDEST_NODE), ["kept.mjs"], { cwd });
    assert.match(without.stderr, /^StoreFailed: .* needs node:sqlite: Deno, or Node 22\.13 or newer/m);
  });

  test("the example runs in Deno, type-checked, with the network and nothing else", async () => {
    const { host } = new URL(server.url);
    const args = ["run", "--check", `--allow-net=${host}`, "src/main.ts"];
    assert.match(await succeed(Deno.execPath(), args, { cwd: project.folder }), EXAMPLE_SAYS);
  });

  test("in a browser it is small: without schemas, minified and compressed", async () => {
    await project.write({
      "size/index.html": '<script type="module" src="./all.ts"></script>',
      "size/all.ts": WHOLE_CLIENT,
      // What Vite adds to a page for browsers without module preload is no part of the client.
      "size/vite.config.js": "export default { build: { modulePreload: false } };",
    });
    const built = await project.run("vite", "build", "size");
    assert.equal(built.code, 0, built.stdout + built.stderr);
    const assets = path.join(project.folder, "size/dist/assets");
    const [script, ...more] = [...Deno.readDirSync(assets)].map(({ name }) => path.join(assets, name));
    assert.deepEqual(more, []);
    const code = await Deno.readFile(script!);
    const [gzip, brotli] = [gzipSync(code, { level: 9 }).length, brotliCompressSync(code).length];
    console.log(`minified ${code.length} bytes, gzip ${gzip}, brotli ${brotli}`);
    assert(gzip <= MOST_BYTES, `${gzip} bytes`);
    assert(!new TextDecoder().decode(code).includes("ZodError"));
  });

  test("[LOG4] what that has kept in IndexedDB, the next page shows without a server, and one with a server sends", async () => {
    await using erin = await person(server.url, "erin");
    const discussion = await begun(erin);
    await using pages = servePages(path.join(project.folder, "size/dist"));
    await using browser = await startChromium();
    const context = await browser.newContext();
    const say = async (url: string, text: string, offline = false) => {
      const page = await context.newPage();
      const told: string[] = [];
      page.on("console", (message) => told.push(message.text()));
      await page.goto(pages.url);
      const given = JSON.stringify({ url, auth: erin.token, discussion, text, offline });
      const said = await inTime(page.evaluate(`(${KEPT_IN_PAGE})(${given})`), () => `"${text}":\n${told.join("\n")}`);
      await page.close();
      return said;
    };
    assert.equal(await say(server.url, "first"), "kept first 0");
    assert.equal(await say(`http://127.0.0.1:${freePort()}`, "second", true), "kept first, second 1");
    assert.equal(await say(server.url, "third"), "kept first, second, third 0");
  });

  test("its code uses only what all places have where it runs", async () => {
    assert.equal(
      unportable("const token = bytes.toHex();\n// bytes.toHex()\nawait using x = y;\nDeno.exit();").length,
      3,
    );
    const dist = path.join(project.installed, "dist");
    const scripts = [...Deno.readDirSync(dist)].map(({ name }) => name).filter((name) => name.endsWith(".js"));
    assert(scripts.includes("index.js"));
    for (const script of scripts) {
      assert.deepEqual(unportable(await Deno.readTextFile(path.join(dist, script))), [], script);
    }
  });
}
