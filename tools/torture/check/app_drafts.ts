/** Every event that an app was asked for, with what became of it as the app says. @module */
import type { AppOutcome } from "../history/app_record.ts";
import { digestOf } from "../history/digest.ts";
import type { HistoryRecord, RecordOf } from "../history/record.ts";
import type { FinalLog, LogRow } from "./final_log.ts";

export interface AppDraft {
  readonly op: number;
  readonly app: App;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly asked: number;
  /** Null: the app has not said yet which stream it begins. */
  stream: string | null;
  /** Undefined: it was killed before it could say. */
  id?: string;
  /** Since when it is not to be lost. */
  stored?: number;
  readonly outcomes: { readonly t: number; readonly outcome: AppOutcome }[];
}

export interface App {
  readonly name: string;
  readonly store: string;
  readonly user: string;
  isKilled: boolean;
}

export class AppDrafts {
  readonly #apps = new Map<string, App>();
  readonly #byOp = new Map<number, AppDraft>();
  readonly #byId = new Map<string, AppDraft>();
  /** By id: the drafts that a store still holds at the end. */
  readonly #pending = new Set<string>();

  take(record: HistoryRecord): void {
    switch (record.k) {
      case "app": {
        const { app: name, store, user } = record;
        return void this.#apps.set(name, { name, store, user, isKilled: false });
      }
      case "app-over":
        if (record.how === "killed") this.#app(record.app).isKilled = true;
        return;
      case "app-asked":
        return this.#asked(record);
      case "app-made":
        return this.#made(record);
      case "app-stored": {
        const draft = this.#byId.get(record.id);
        if (draft !== undefined) draft.stored ??= record.t;
        return;
      }
      case "app-outcome":
        return void this.#byId.get(record.id)?.outcomes.push({ t: record.t, outcome: record.outcome });
      case "app-rests":
        return record.pending.forEach((id) => this.#pending.add(id));
      default:
        return;
    }
  }

  get all(): Iterable<AppDraft> {
    return this.#byOp.values();
  }

  isPending({ id }: AppDraft): boolean {
    return id !== undefined && this.#pending.has(id);
  }

  /**
   * Which draft a row of the log is of. One that was killed before it could say what it had made may have sent it all the same: such an
   * act explains one row that says what was asked for.
   */
  of(row: LogRow): AppDraft | undefined {
    const known = this.#byId.get(row.id);
    if (known !== undefined) return known;
    for (const draft of this.#byOp.values()) {
      if (draft.id !== undefined || !draft.app.isKilled || !isAsAsked(row, draft)) continue;
      draft.id = row.id;
      draft.stream = row.stream;
      this.#byId.set(row.id, draft);
      return draft;
    }
    return undefined;
  }

  #app(name: string): App {
    const app = this.#apps.get(name);
    if (app === undefined) throw new Error(`an app that never began: ${name}`);
    return app;
  }

  #asked({ op, app, stream, type, body, t }: RecordOf<"app-asked">): void {
    this.#byOp.set(op, { op, app: this.#app(app), stream, type, body, asked: t, outcomes: [] });
  }

  #made({ op, id, stream }: RecordOf<"app-made">): void {
    const draft = this.#byOp.get(op);
    if (draft === undefined) throw new Error(`a draft that nobody asked for: ${id}`);
    draft.id = id;
    draft.stream = stream;
    this.#byId.set(id, draft);
  }
}

/** Whether a row is by who asked, where they asked, and says what they asked for. */
export function isAsAsked(row: LogRow, { stream, type, body, app }: AppDraft): boolean {
  if (row.actor !== app.user || row.type !== type || (stream !== null && row.stream !== stream)) return false;
  const said = Object.fromEntries(Object.keys(body).map((name) => [name, (row.body as Fields)[name]]));
  return digestOf(said) === digestOf(body);
}

type Fields = Readonly<Record<string, unknown>>;

/** The drafts that are in the log, with where. */
export function* placed(drafts: AppDrafts, log: FinalLog): Generator<readonly [draft: AppDraft, row: LogRow]> {
  for (const draft of drafts.all) {
    const row = log.byId.get(draft.id ?? "");
    if (row !== undefined) yield [draft, row];
  }
}
