import { z } from "zod";
import { isSystemType } from "./event_types.ts";
import type { Draft } from "./events.ts";
import { shardOf } from "./ids.ts";
import type { Rejection } from "./outcome.ts";
import { refuse } from "./refuse.ts";
import { DISCUSSION_DRAFTS, GROUP_DRAFTS, USER_DRAFTS } from "./schema/drafts.ts";
import type { DraftSchemas } from "./schema/drafts.ts";
import { zStreamId } from "./schema/ids.ts";
import { isDiscussionStream, isGroupStream } from "./streams.ts";

/** A draft, or why the input is none. */
export type ParsedDraft = { ok: true; draft: Draft } | { ok: false; rejection: Rejection };

/** Enough of a draft to tell which schema is its own. */
const zHead = z.looseObject({ stream: zStreamId, type: z.string().max(64) });

/**
 * Reads untrusted JSON as a draft that a user may propose. What is wrong comes as `Malformed` with the path of the first offending
 * field, or as `SystemOnly` for the types that only gatz makes.
 */
export function parseDraft(input: unknown): ParsedDraft {
  const head = zHead.safeParse(input);
  if (!head.success) return failed(malformedBy(head.error));
  const { stream, type } = head.data;
  if (isSystemType({ stream, type })) return failed(refuse("SystemOnly", { field: "type" }));
  const schemas: DraftSchemas = isDiscussionStream(stream)
    ? DISCUSSION_DRAFTS
    : isGroupStream(stream)
    ? GROUP_DRAFTS
    : USER_DRAFTS;
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (schema === undefined) return failed(malformed("type", "no such type of event in this kind of stream"));
  const parsed = schema.safeParse(input);
  if (!parsed.success) return failed(malformedBy(parsed.error));
  const draft = parsed.data;
  if (shardOf(draft.id) !== shardOf(draft.stream)) {
    return failed(malformed("id", "the id carries another shard than its stream"));
  }
  return { ok: true, draft };
}

function failed(rejection: Rejection): ParsedDraft {
  return { ok: false, rejection };
}

function malformedBy(error: z.ZodError): Rejection {
  const issue = error.issues[0]!; // a failed parse has at least one
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]!] : issue.path;
  return malformed(path.join("."), issue.message);
}

/** Field names and reasons come from what was sent: short, so that a refusal is never larger than what it refuses. */
function malformed(field: string, problem: string): Rejection {
  const detail = { problem: problem.slice(0, 200) };
  return refuse("Malformed", field === "" ? { detail } : { field: field.slice(0, 100), detail });
}
