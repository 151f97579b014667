import type { ReplayIds } from "../plan/ids.ts";
import type { Accounts } from "./accounts.ts";
import type { Connections } from "./connections.ts";
import type { Tally } from "./tally.ts";
import type { Turns } from "./turns.ts";

/** What all days of a replay share. */
export interface Production {
  readonly url: string;
  readonly ids: ReplayIds;
  readonly accounts: Accounts;
  readonly connections: Connections;
  readonly tally: Tally;
  /** Discussions played at once, over all days. */
  readonly turns: Turns;
  /** Aborted with the first failure: then everything ends soon. */
  readonly stop: AbortController;
}
