/** Backup files as an operator hands them over: whole, readable, and each going on from the one before. @module */
import { BackupError, DamagedBackup } from "./admin.ts";
import { checkFile, DamagedFile, readBlocks } from "./container.ts";
import { type Block, type Header, isBlock, READ_FORMATS } from "./format.ts";

/** A file that was read through once and found unchanged. */
export interface WholeFile {
  readonly file: string;
  readonly sha256: string;
  readonly header: Header;
}

/** What a backup says of itself. @throws {BackupError} saying what is wrong with it */
export async function backupHeader(file: string): Promise<Header> {
  return (await readHeader(file)).header;
}

/** @throws {BackupError} saying what is wrong with it */
export async function readHeader(file: string): Promise<WholeFile> {
  try {
    const sha256 = await checkFile(file);
    for await (const block of readBlocks(file)) return { file, sha256, header: headerOf(block, file) };
    throw new DamagedFile("it is empty");
  } catch (error) {
    if (error instanceof DamagedFile) throw new DamagedBackup(`${file} is damaged: ${error.message}.`);
    if (error instanceof Deno.errors.NotFound) throw new BackupError(`There is no ${file}.`);
    throw error;
  }
}

function headerOf(block: Block, file: string): Header {
  if (!isBlock(block, "header") || block.head.gatz !== "backup") throw new BackupError(`${file} is no backup of gatz.`);
  const { format } = block.head;
  if (!READ_FORMATS.includes(format)) {
    throw new BackupError(`${file} is of format ${format}, and this gatz reads ${READ_FORMATS.join(" and ")}.`);
  }
  return block.head;
}

/** The files in the order of their making. @throws {BackupError} if they do not follow each other */
export async function readChain(files: readonly string[]): Promise<WholeFile[]> {
  const chain: WholeFile[] = [];
  for (const file of files) {
    const next = await readHeader(file);
    const last = chain.at(-1);
    if (files.length > 1 && next.header.discussion !== undefined) {
      throw new BackupError(`${file} is one discussion alone: name it by itself.`);
    }
    if (next.header.since?.sha256 !== last?.sha256) {
      throw new BackupError(
        last === undefined
          ? `${file} goes on from another backup: name that one first.`
          : `${file} does not go on from ${last.file}.`,
      );
    }
    chain.push(next);
  }
  return chain;
}
