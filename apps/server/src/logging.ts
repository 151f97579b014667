/** The server's log: JSON lines on stderr, of errors only what can't carry anybody's words or secrets. @module */
import { configure, getConsoleSink, getJsonLinesFormatter, getTextFormatter, type LogRecord } from "@logtape/logtape";
import type { Config } from "./config.ts";

const ON_STDERR = { trace: "error", debug: "error", info: "error", warning: "error", error: "error", fatal: "error" };

/** Once a process. */
export async function configureLogging({ logFormat, logLevel }: Pick<Config, "logFormat" | "logLevel">): Promise<void> {
  const format = logFormat === "text" ? getTextFormatter({ timestamp: "time" }) : getJsonLinesFormatter();
  await configure({
    sinks: {
      stderr: getConsoleSink({
        formatter: (record) => format(withoutContent(record)).trimEnd(),
        levelMap: ON_STDERR as Record<LogRecord["level"], "error">,
      }),
    },
    loggers: [
      { category: ["gatz"], sinks: ["stderr"], lowestLevel: logLevel },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
}

/** Errors of the database quote rows and statements, so of an error only its kind, its code and where it was raised are kept. */
export function withoutContent(record: LogRecord): LogRecord {
  const shown = (value: unknown) => value instanceof Error ? describeError(value) : value;
  return {
    ...record,
    message: record.message.map(shown),
    properties: Object.fromEntries(Object.entries(record.properties).map(([name, value]) => [name, shown(value)])),
  };
}

interface ErrorDescription {
  readonly name: string;
  readonly code?: string | number;
  readonly message?: string;
  readonly at: readonly string[];
  readonly cause?: ErrorDescription;
}

/** How deep causes are followed. */
const CAUSES = 4;

function describeError(error: Error, depth = 0): ErrorDescription {
  const { name, cause } = error;
  const code = "code" in error && ["string", "number"].includes(typeof error.code) ? error.code as string : undefined;
  return {
    name,
    ...(code === undefined ? {} : { code }),
    ...(quotesData(error) ? {} : { message: error.message }),
    at: framesOf(error),
    ...(cause instanceof Error && depth < CAUSES ? { cause: describeError(cause, depth + 1) } : {}),
  };
}

/** PostgreSQL's messages can hold values, a parser's what it parsed. */
function quotesData(error: Error): boolean {
  return error.name === "PostgresError" || error instanceof SyntaxError;
}

function framesOf({ stack = "" }: Error): string[] {
  return stack.split("\n").map((line) => line.trim()).filter((line) => line.startsWith("at "));
}
