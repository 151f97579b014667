/** What an app says, as the history notes it. @module */
import type { AppRecord } from "../history/app_record.ts";
import type { RecordOf } from "../history/record.ts";
import type { Report } from "./speech.ts";

type Untimed<R> = R extends unknown ? Omit<R, "t"> : never;
/** A record of an app, but for its time. */
export type AppNote = Untimed<AppRecord | RecordOf<"list">>;

export function notesOf(
  report: Report,
  { app, user }: { readonly app: string; readonly user: string },
): readonly AppNote[] {
  switch (report.say) {
    case "ready":
    case "told":
      return [];
    case "made": {
      const { op, id, stream } = report;
      return [{ k: "app-made", app, op, id, stream }];
    }
    case "stored":
      return [{ k: "app-stored", app, id: report.id }];
    case "outcome":
      return [{ k: "app-outcome", app, id: report.id, outcome: report.outcome }];
    case "shows": {
      const { say: _, ...shows } = report;
      return [{ k: "app-shows", app, ...shows }];
    }
    case "state": {
      const { say: _, ...state } = report;
      return [{ k: "app-state", app, ...state }];
    }
    case "can": {
      const { say: _, ...can } = report;
      return [{ k: "app-can", app, ...can }];
    }
    case "rows":
      return [{ k: "app-rows", app, incarnation: report.incarnation, rows: report.rows }];
    case "list":
      return [{ k: "list", user, app, rows: report.rows }];
    case "rests":
      return [{ k: "app-rests", app, pending: report.pending, status: report.status }];
  }
}
