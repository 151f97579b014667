import { type Draft, idToUuid, type Outcome, type Proposal, shardOf, type Uuid } from "@gatz/domain";
import { contentDigest, storedBody } from "./codec.ts";

/** A draft made ready outside of any transaction: encoded, digested, checked for what Postgres can't store. */
export interface PreparedDraft {
  readonly proposal: Proposal;
  readonly uuid: Uuid;
  /** The body as JSON text. */
  readonly body: string;
  /** Hexadecimal. */
  readonly digest: string;
  /** What it weighs in a queue. */
  readonly bytes: number;
  /** Its answer unless its id was accepted before (LOG2). */
  readonly refusal?: Outcome;
}

// Besides the body: ids, numbers, digest.
const DRAFT_BYTES = 200;

export function prepareDraft(
  proposal: Proposal,
  { digestKey, refusal }: { digestKey: Uint8Array; refusal?: Outcome | undefined },
): PreparedDraft {
  const body = JSON.stringify(storedBody(proposal));
  const unfit = refusal ?? unstorable(proposal, body);
  return {
    proposal,
    uuid: idToUuid(proposal.id),
    body,
    digest: contentDigest(digestKey, proposal).toHex(),
    bytes: DRAFT_BYTES + body.length,
    ...(unfit === undefined ? {} : { refusal: unfit }),
  };
}

function unstorable({ id, stream }: Draft, body: string): Outcome | undefined {
  if (shardOf(id) !== shardOf(stream)) {
    return { kind: "rejected", code: "Malformed", field: "id", detail: { problem: "not on the stream's shard" } };
  }
  return isStorableJson(body) ? undefined : { kind: "rejected", code: "TextMalformed", field: unstorableField(body) };
}

function unstorableField(body: string): string {
  const found = Object.entries(JSON.parse(body)).find(([, value]) => !isStorableJson(JSON.stringify(value)));
  return found === undefined ? "body" : `body.${found[0]}`;
}

// JSON.stringify escapes exactly these code units: U+0000, and surrogates without their other half. A backslash of the text's own is doubled.
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/** Whether jsonb takes a text that JSON.stringify made: it has no U+0000 and no lone surrogates. */
export function isStorableJson(json: string): boolean {
  return !UNSTORABLE.test(json);
}
