/** The laws of docs/protocol.md that a whole run is judged by. Nothing here, or in what it imports, is part of gatz. */
import type { History } from "../history.ts";
import { brokenInApps } from "./app_laws.ts";
import { brokenInDevices } from "./device_laws.ts";
import { brokenInEffects } from "./effect_laws.ts";
import { brokenInDecisions, brokenInLogs } from "./log_laws.ts";
import { PlainLogs } from "../../../tools/oracle/logs.ts";
import { brokenInMarks } from "./mark_laws.ts";
import { brokenInOffers } from "./offer_laws.ts";
import { brokenInRejections } from "./rejection_laws.ts";
import { brokenInSessions } from "./session_laws.ts";
import { brokenInStates } from "./state_laws.ts";

/** What is wrong, each with the rule that it breaks; nothing if all is well. */
export function brokenLaws(history: History): string[] {
  const logs = new PlainLogs(history.shards.flatMap(({ log }) => log));
  return [
    ...brokenInLogs(history),
    ...brokenInDecisions(logs),
    ...brokenInStates(history, logs),
    ...brokenInOffers(history),
    ...brokenInRejections(history),
    ...brokenInSessions(history, logs),
    ...brokenInDevices(history, logs),
    ...brokenInApps(history),
    ...brokenInMarks(history, logs),
    ...brokenInEffects(history, logs),
  ];
}
