/** Where a person writes: a message, a reply, or an edit. @module */
import type { OpenDiscussion } from "@gatz/client";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import type { Live } from "./message.tsx";
import type { Names } from "./shown.ts";

export type Purpose = { readonly kind: "send" } | { readonly kind: "reply" | "edit"; readonly to: Live };

interface ComposerProps {
  readonly purpose: Purpose;
  readonly names: Names;
  readonly talk: OpenDiscussion;
  readonly setPurpose: (purpose: Purpose) => void;
}

export function Composer({ purpose, names, talk, setPurpose }: ComposerProps) {
  const [text, setText] = useState(purpose.kind === "edit" ? purpose.to.text : "");
  const done = () => setPurpose({ kind: "send" });
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    const mentions = [...names.keys()].filter((user) => text.includes(`@${names.get(user)}`));
    if (purpose.kind === "edit") talk.edit(purpose.to.id, { text, mentions });
    else talk.send({ text, mentions, ...(purpose.kind === "reply" && { replyTo: purpose.to.id }) });
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
          {purpose.kind === "edit" ? "Edit" : `Reply to ${names.get(purpose.to.author)}`}:{" "}
          {purpose.to.text.slice(0, 80)}
          <button type="button" onClick={done} aria-label="Cancel">✕</button>
        </p>
      )}
      <textarea
        {...{ value: text, onKeyDown, rows: 1, dir: "auto", autoFocus: purpose.kind !== "send" }}
        {...{ "aria-label": "Message", placeholder: "Write a message" }}
        onChange={(event) => {
          setText(event.target.value);
          talk.isTyping(event.target.value !== "");
        }}
      />
      <button type="submit">{purpose.kind === "edit" ? "Save" : "Send"}</button>
    </form>
  );
}
