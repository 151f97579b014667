import assert from "node:assert/strict";
import { needsPostgres } from "@gatz/testing/postgres.ts";

if (await needsPostgres(import.meta.url)) {
  const { zstdCompressSync, zstdDecompressSync } = await import("node:zlib");
  const { createHash } = await import("node:crypto");
  const { backup, DamagedBackup, verifyBackup } = await import("@gatz/storage");
  const { FILE_DAMAGES } = await import("./file_damages.ts");
  const { inTempFolder, livedIn } = await import("./lived_in.ts");

  const frame = (magic: number, content: Uint8Array) => {
    const bytes = new Uint8Array(8 + content.length);
    new DataView(bytes.buffer).setUint32(0, magic, true);
    new DataView(bytes.buffer).setUint32(4, content.length, true);
    bytes.set(content, 8);
    return bytes;
  };

  /** The lines of each block, by the format's description alone. */
  const unpack = (bytes: Uint8Array): string[][] => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const blocks: string[][] = [];
    for (let at = 0; view.getUint32(at, true) === 0x184d2a57;) {
      const length = view.getUint32(at + 8, true);
      const text = new TextDecoder().decode(zstdDecompressSync(bytes.subarray(at + 12, at + 12 + length)));
      blocks.push(text.trimEnd().split("\n"));
      at += 12 + length;
    }
    return blocks;
  };

  const pack = (blocks: readonly string[][]): Uint8Array => {
    const parts = blocks.flatMap((lines) => {
      const packed = new Uint8Array(zstdCompressSync(new TextEncoder().encode(lines.join("\n") + "\n")));
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, packed.length, true);
      return [frame(0x184d2a57, length), packed];
    });
    const hash = createHash("sha256");
    for (const part of parts) hash.update(part);
    return new Uint8Array([...parts, frame(0x184d2a58, hash.digest())].flatMap((part) => [...part]));
  };

  Deno.test("[BAK1] verify proves a backup without restoring it, and names each damage", async (t) => {
    await using folder = await inTempFolder();
    await using town = await livedIn();
    const file = folder.path("whole.gatz");
    const made = await backup(town.config, { file });
    await town.stop();
    const whole = await Deno.readFile(file);
    const found = await verifyBackup({ files: [file] });
    assert.deepEqual(found.problems, []);
    assert.deepEqual({ events: found.events, streams: found.streams }, { events: made.events, streams: made.streams });

    const spoiled = folder.path("spoiled.gatz");
    for (const { name, check, spoil } of FILE_DAMAGES) {
      await t.step(name, async () => {
        const blocks = unpack(whole);
        spoil(blocks);
        await Deno.writeFile(spoiled, pack(blocks));
        const { problems } = await verifyBackup({ files: [spoiled] });
        assert.ok(problems.some((problem) => problem.check === check), JSON.stringify(problems, null, 1));
      });
    }
    await t.step("packed again unchanged it is whole", async () => {
      await Deno.writeFile(spoiled, pack(unpack(whole)));
      assert.deepEqual((await verifyBackup({ files: [spoiled] })).problems, []);
    });
    await t.step("any flipped bit, and any cut", async () => {
      const step = Math.ceil(whole.length / 60);
      for (let at = 0; at < whole.length; at += step) {
        const flipped = whole.slice();
        flipped[at]! ^= 1 << (at % 8);
        await Deno.writeFile(spoiled, flipped);
        await assert.rejects(verifyBackup({ files: [spoiled] }), DamagedBackup, `byte ${at} was flipped`);
        await Deno.writeFile(spoiled, whole.subarray(0, at));
        await assert.rejects(verifyBackup({ files: [spoiled] }), DamagedBackup, `cut at byte ${at}`);
      }
      for (let at = whole.length - 40; at < whole.length; at++) {
        const flipped = whole.slice();
        flipped[at]! ^= 1;
        await Deno.writeFile(spoiled, flipped);
        await assert.rejects(verifyBackup({ files: [spoiled] }), DamagedBackup, `byte ${at} of the end was flipped`);
      }
    });
  });
}
