/** Where a person writes: a message, a reply, or an edit. @module */
import type { OpenDiscussion } from "@gatz/client";
import type { UserId } from "@gatz/domain";
import type { FormEvent, KeyboardEvent } from "react";
import type { Live } from "./message.tsx";
import { REASONS } from "./shown.ts";

export type Purpose = { readonly kind: "send" } | { readonly kind: "reply" | "edit"; readonly to: Live };

interface ComposerProps {
  readonly purpose: Purpose;
  readonly text: string;
  readonly people: readonly UserId[];
  readonly nameOf: (user: UserId) => string;
  readonly talk: OpenDiscussion;
  readonly setText: (text: string) => void;
  readonly setPurpose: (purpose: Purpose) => void;
}

export function Composer({ purpose, text, people, nameOf, talk, setText, setPurpose }: ComposerProps) {
  const may = talk.canDo("new-message", { text: "Hello", mentions: [], attachments: [] });
  const refused = may.kind === "rejected";
  const done = () => setPurpose({ kind: "send" });
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (text.trim() === "" || refused) return;
    const mentions = people.filter((user) => text.includes(`@${nameOf(user)}`));
    if (purpose.kind === "edit") talk.edit(purpose.to.id, { text, mentions });
    else talk.send({ text, mentions, ...(purpose.kind === "reply" && { replyTo: purpose.to.id }) });
    talk.isTyping(false);
    setText("");
    done();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") done();
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
  };
  return (
    <form onSubmit={submit}>
      {purpose.kind !== "send" && (
        <p className="row">
          {purpose.kind === "edit" ? "Edit" : `Reply to ${nameOf(purpose.to.author)}`}: {purpose.to.text.slice(0, 80)}
          <button type="button" onClick={done} aria-label="Cancel">✕</button>
        </p>
      )}
      {refused && <p className="row trouble">You can't write: {REASONS[may.code] ?? may.code}.</p>}
      <textarea
        {...{ value: text, onKeyDown, rows: 1, dir: "auto", autoFocus: purpose.kind !== "send" }}
        key={JSON.stringify(purpose)}
        {...{ "aria-label": "Message", placeholder: "Write a message" }}
        onChange={(event) => {
          setText(event.target.value);
          talk.isTyping(event.target.value !== "");
        }}
      />
      <button type="submit" disabled={refused}>{purpose.kind === "edit" ? "Save" : "Send"}</button>
    </form>
  );
}
