/** The one vocabulary of the server's log: every event, how grave it is, and what it says. @module */
import { getLogger, type Logger, type LogLevel } from "@logtape/logtape";

interface LogEvent {
  readonly level: LogLevel;
  /** Names in braces are properties of the event. */
  readonly message: string;
}

/** By name; what is before the first dot is the logger. No event has a text, a token, an address or a URL with a query among its properties. */
export const LOG_EVENTS = {
  "server.serving": { level: "info", message: "serving on {url}" },
  "server.stopped": { level: "info", message: "stopped {url}" },
  /** At the start. */
  "server.limits": { level: "warning", message: "not the default limits: {limits}" },
  "server.without-databases": { level: "warning", message: "starting without the databases {servers}" },
  "server.drain-cut": { level: "warning", message: "stopped with calls unanswered after {drainMs} ms" },
  /** Every call, once it is answered; of a subscription, once it begins. */
  "api.call": { level: "debug", message: "{procedure}: {code} in {ms} ms" },
  /** A bug: the caller was told the incident. */
  "api.failed": { level: "error", message: "{procedure} failed, incident {incident}: {cause}" },
  /** Something that a call needs does not answer. */
  "api.unavailable": { level: "warning", message: "{procedure}: {reason}" },
  "storage.report": { level: "warning", message: "{what}" },
  "live.follow-failed": { level: "error", message: "following shard {shard} failed: {error}" },
  "accounts.end-not-told": { level: "error", message: "the directory took no end of an account: {error}" },
  "placement.missed": { level: "warning", message: "a newcomer stays at home where they are: {error}" },
  "live.signal-failed": { level: "error", message: "a signal could not be handed on: {error}" },
  "ws.not-served": { level: "error", message: "a connection could not be served: {error}" },
  "nodes.unanswered": { level: "debug", message: "a forwarded offer got no answer: {error}" },
} as const satisfies Record<string, LogEvent>;

export type LogEventName = keyof typeof LOG_EVENTS;

export function logEvent(event: LogEventName, properties: Readonly<Record<string, unknown>> = {}): void {
  const { level, message } = LOG_EVENTS[event];
  loggerOf(event)[level](message, { event, ...properties });
}

/** Whether an event would be written: for those that come with every call. */
export function isLogged(event: LogEventName): boolean {
  return loggerOf(event).isEnabledFor(LOG_EVENTS[event].level);
}

// Looking one up costs more than asking it.
const loggers = new Map<LogEventName, Logger>();

function loggerOf(event: LogEventName): Logger {
  const known = loggers.get(event);
  if (known !== undefined) return known;
  const logger = getLogger(["gatz", event.split(".", 1)[0]!]); // a split has a first part
  loggers.set(event, logger);
  return logger;
}
