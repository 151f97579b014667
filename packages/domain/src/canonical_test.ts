import { notStrictEqual, strictEqual } from "node:assert/strict";
import { canonicalContent } from "./canonical.ts";
import { attachment, newMessage } from "../testing/drafts.ts";
import { messageId } from "../testing/ids.ts";
import { ann, ben, talk } from "../testing/scene.ts";

const draft = newMessage(ann, talk, { text: "hi", mentions: [ben], attachments: [attachment()] });

Deno.test("[LOG2] the order of keys is no content, at any depth", () => {
  const shuffled = {
    ...draft,
    body: {
      attachments: draft.body.attachments.map((a) => ({
        name: a.name,
        mime: a.mime,
        bytes: a.bytes,
        sha256: a.sha256,
      })),
      mentions: [ben],
      text: "hi",
    },
  };
  strictEqual(canonicalContent(shuffled), canonicalContent(draft));
  strictEqual(canonicalContent({ ...draft, body: { ...draft.body, replyTo: undefined } }), canonicalContent(draft));
});

Deno.test("[LOG2] content is stream, actor, type, version and body, as JSON with sorted keys; not the id", () => {
  const { stream, actor } = draft;
  const bare = newMessage(ann, talk, { text: 'a"b' });
  strictEqual(
    canonicalContent(bare),
    `{"actor":"${actor}","body":{"attachments":[],"mentions":[],"text":"a\\"b"},"stream":"${stream}","type":"new-message","version":1}`,
  );
  strictEqual(canonicalContent({ ...draft, id: messageId(77) }), canonicalContent(draft));
});

Deno.test("[LOG2] any other text, actor, stream or order of a list is other content", () => {
  const other = [
    { ...draft, actor: ben },
    { ...draft, body: { ...draft.body, text: "hi " } },
    { ...draft, body: { ...draft.body, mentions: [] } },
    { ...draft, body: { ...draft.body, mentions: [ben, ann] } },
    { ...draft, body: { ...draft.body, replyTo: messageId(1) } },
  ];
  for (const one of other) notStrictEqual(canonicalContent(one), canonicalContent(draft));
});
