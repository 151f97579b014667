/**
 * The file around a backup's blocks. Each block is one zstd frame with a checksum of its own, and before it a skippable frame that holds the
 * frame's length; the file ends with a skippable frame that holds the SHA-256 of everything before it. So `zstd -dc FILE` shows the lines,
 * blocks can be written and read one by one, and no byte can change unseen.
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import type { Block, BlockHead } from "./format.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A frame that decoders pass over (RFC 8878, 3.1.2); ours are told apart by the last digit. */
const LENGTH_MAGIC = 0x184d2a57;
const TRAILER_MAGIC = 0x184d2a58;
const LENGTH_BYTES = 12;
const SHA256_BYTES = 32;
const TRAILER_BYTES = 8 + SHA256_BYTES;
/** On events as small as on level 3, and quicker. */
const LEVEL = 1;
/** Larger than any block that is written here. */
const MAX_FRAME_BYTES = 512 * 1024 * 1024;

/** What is wrong with a file: it is no backup, cut short or changed. */
export class DamagedFile extends Error {
  override readonly name = "DamagedFile";
}

/** Writes a file under another name, which becomes the real one when it is whole; only its owner may read it. */
export class BlockWriter {
  readonly #hash = createHash("sha256");
  #end: Promise<void> = Promise.resolve();

  private constructor(readonly file: string, readonly partial: string, readonly out: Deno.FsFile) {}

  /** @throws {Deno.errors.AlreadyExists} a backup is never written over */
  static async create(file: string): Promise<BlockWriter> {
    if (await isThere(file)) throw new Deno.errors.AlreadyExists(file);
    const partial = `${file}.partial`;
    const out = await Deno.open(partial, { write: true, create: true, truncate: true, mode: 0o600 });
    await Deno.chmod(partial, 0o600);
    return new BlockWriter(file, partial, out);
  }

  /** Resolves when the block is in the file; blocks of one caller keep their order if it waits for each. */
  async write(head: BlockHead, lines: readonly string[]): Promise<void> {
    const frame = await compress(Buffer.from([JSON.stringify(head), ...lines, ""].join("\n")), {
      params: { [constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_compressionLevel]: LEVEL },
    });
    await this.#append(skippable(LENGTH_MAGIC, littleEndian(frame.length)), frame);
  }

  /** Closes the whole file, safe on disk, and gives its SHA-256. */
  async finish(): Promise<string> {
    await this.#end;
    const sha256 = this.#hash.digest();
    await writeAll(this.out, skippable(TRAILER_MAGIC, sha256));
    await this.out.sync();
    this.out.close();
    await Deno.rename(this.partial, this.file);
    return sha256.toString("hex");
  }

  async abandon(): Promise<void> {
    await this.#end.catch(() => {});
    this.out.close();
    await Deno.remove(this.partial);
  }

  #append(...parts: readonly Uint8Array[]): Promise<void> {
    this.#end = this.#end.then(async () => {
      for (const part of parts) {
        this.#hash.update(part);
        await writeAll(this.out, part);
      }
    });
    return this.#end;
  }
}

/**
 * Reads the whole file once.
 * @returns its SHA-256, in hexadecimal
 * @throws {DamagedFile} if that is not what it says itself
 */
export async function checkFile(file: string): Promise<string> {
  using input = await Deno.open(file);
  const { size } = await input.stat();
  if (size < TRAILER_BYTES) throw new DamagedFile("it is cut short: there is no end");
  const hash = createHash("sha256");
  const chunk = new Uint8Array(1024 * 1024);
  for (let left = size - TRAILER_BYTES; left > 0;) {
    const read = await input.read(chunk.subarray(0, Math.min(left, chunk.length)));
    if (read === null) throw new DamagedFile("it became shorter while it was read");
    hash.update(chunk.subarray(0, read));
    left -= read;
  }
  const sha256 = hash.digest();
  const trailer = await readExactly(input, TRAILER_BYTES);
  if (trailer === null || !same(trailer.subarray(0, 8), skippable(TRAILER_MAGIC, sha256).subarray(0, 8))) {
    throw new DamagedFile("it is cut short: its last bytes are not the end of a backup");
  }
  if (!same(trailer.subarray(8), sha256)) throw new DamagedFile("its SHA-256 is not the one that it ends with");
  return sha256.toString("hex");
}

/** A block, and where it is in the file. */
export interface PlacedBlock extends Block {
  readonly offset: number;
}

/** The blocks of a file in their order. @throws {DamagedFile} */
export async function* readBlocks(file: string): AsyncGenerator<PlacedBlock> {
  using input = await Deno.open(file);
  let offset = 0;
  // One block is decompressed while the one before it is worked on.
  let next = await readFrame(input, offset);
  while (next !== null) {
    const { frame, length } = next;
    const at = offset;
    offset += length;
    next = await readFrame(input, offset);
    yield { ...parse(await frame, at), offset: at };
  }
}

/** One block, which begins at that offset. @throws {DamagedFile} */
export async function readBlockAt(file: string, offset: number): Promise<Block> {
  using input = await Deno.open(file);
  await input.seek(offset, Deno.SeekMode.Start);
  const frame = await readFrame(input, offset);
  if (frame === null) throw new DamagedFile(`no block begins at byte ${offset}`);
  return parse(await frame.frame, offset);
}

interface Frame {
  readonly frame: Promise<Uint8Array>;
  readonly length: number;
}

/** Null at the end of the file's blocks. */
async function readFrame(input: Deno.FsFile, offset: number): Promise<Frame | null> {
  const before = await readExactly(input, LENGTH_BYTES);
  if (before === null) throw new DamagedFile(`it is cut short at byte ${offset}`);
  const view = new DataView(before.buffer);
  if (view.getUint32(0, true) === TRAILER_MAGIC) return null;
  const bytes = view.getUint32(8, true);
  if (view.getUint32(0, true) !== LENGTH_MAGIC || view.getUint32(4, true) !== 4 || bytes > MAX_FRAME_BYTES) {
    throw new DamagedFile(`no block begins at byte ${offset}`);
  }
  const packed = await readExactly(input, bytes);
  if (packed === null) throw new DamagedFile(`it is cut short in the block at byte ${offset}`);
  const frame = decompress(packed).catch((error: unknown) => {
    throw new DamagedFile(`the block at byte ${offset} can't be decompressed`, { cause: error });
  });
  // Whoever reads on waits for it later.
  frame.catch(() => {});
  return { frame, length: LENGTH_BYTES + bytes };
}

function parse(bytes: Uint8Array, offset: number): Block {
  const [first, ...lines] = new TextDecoder().decode(bytes).trimEnd().split("\n");
  try {
    // What this program wrote; `checkFile` has found that nothing changed it.
    return { head: JSON.parse(first ?? "") as BlockHead, lines };
  } catch (error) {
    throw new DamagedFile(`the block at byte ${offset} does not begin with JSON`, { cause: error });
  }
}

function skippable(magic: number, content: Uint8Array): Uint8Array {
  const frame = new Uint8Array(8 + content.length);
  frame.set(littleEndian(magic));
  frame.set(littleEndian(content.length), 4);
  frame.set(content, 8);
  return frame;
}

function littleEndian(n: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, n, true);
  return bytes;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Null if the file ends before. */
async function readExactly(input: Deno.FsFile, bytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const all = new Uint8Array(bytes);
  for (let at = 0; at < bytes;) {
    const read = await input.read(all.subarray(at));
    if (read === null) return null;
    at += read;
  }
  return all;
}

async function writeAll(out: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await out.write(bytes.subarray(at));
}

async function isThere(file: string): Promise<boolean> {
  try {
    await Deno.lstat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
