/** A disk that can be full: a tmpfs of its own, which takes root. @module */
import { shell } from "./shell.ts";

const FILL_ATTEMPTS = 20;

export class SmallDisk {
  private constructor(private readonly folder: string, private readonly megabytes: number) {}

  /** Whether this machine lets us. */
  static async possible(folder: string): Promise<boolean> {
    if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
    const trial = await Deno.makeTempDir({ dir: folder });
    const { success } = await shell(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", trial]);
    if (success) await shell(["umount", trial]);
    await Deno.remove(trial);
    return success;
  }

  static async mount(folder: string, megabytes: number): Promise<SmallDisk> {
    await must(["mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=755`, "tmpfs", folder]);
    return new SmallDisk(folder, megabytes);
  }

  /** No byte more fits on it. */
  async fill(): Promise<void> {
    for (let attempt = 1;; attempt++) {
      const { stdout } = await must(["df", "--output=used", "-k", this.folder]);
      const used = Number(stdout.trim().split(/\s+/).at(-1));
      const remount = ["mount", "-o", `remount,size=${used}k`, this.folder] as const;
      // It can't be made smaller than what is on it, and that may have grown meanwhile.
      const { success, stderr } = await shell(remount);
      if (success) return;
      if (attempt === FILL_ATTEMPTS) throw new Error(`the disk can't be filled: ${stderr}`);
    }
  }

  async free(): Promise<void> {
    await must(["mount", "-o", `remount,size=${this.megabytes}m`, this.folder]);
  }

  async unmount(): Promise<void> {
    await must(["umount", "-l", this.folder]);
  }
}

async function must(command: readonly [string, ...string[]]) {
  const ran = await shell(command);
  if (!ran.success) throw new Error(`${command.join(" ")}: ${ran.stderr}`);
  return ran;
}
