import { runChild } from "./child.ts";
import type { Server } from "./environment.ts";

const REPLAY = new URL("../tools/replay/main.ts", import.meta.url);
const CHAT = new URL("../tests/data/ubuntu_irc_three_days.tsv", import.meta.url);

/** Plays the sample chat to a server, once for each seed, each time with people, groups and ids of its own. */
export async function replayChat(server: Pick<Server, "http">, plan: { seeds: number }): Promise<void> {
  for (let seed = 1; seed <= plan.seeds; seed++) {
    await runChild(REPLAY, {
      args: [CHAT.pathname, "--url", server.http, "--no-long-texts", "--json", "--seed", String(seed)],
    });
  }
}
