/** Where a person writes: a message, a reply, or an edit. @module */
import type { DiscussionReplica } from "@gatz/client";
import { type LiveMessage, unreachable, type UserId } from "@gatz/domain";
import { type KeyboardEvent, useState } from "react";
import type { Names } from "./pane.tsx";

export type Purpose = { readonly kind: "send" } | { readonly kind: "reply" | "edit"; readonly to: LiveMessage };

interface ComposerProps {
  readonly purpose: Purpose;
  readonly names: Names;
  readonly replica: DiscussionReplica;
  readonly setPurpose: (purpose: Purpose) => void;
}

export function Composer({ purpose, names, replica, setPurpose }: ComposerProps) {
  const [text, setText] = useState(purpose.kind === "edit" ? purpose.to.text : "");
  const done = () => setPurpose({ kind: "send" });
  const submit = () => {
    if (text.trim() === "") return;
    write(purpose, replica, {
      text,
      mentions: [...names.keys()].filter((user) => text.includes(`@${names.get(user)}`)),
    });
    setText("");
    done();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") done();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form action={submit}>
      {purpose.kind !== "send" && (
        <p className="purpose">
          <span>
            {purpose.kind === "edit" ? "Edit" : `Reply to ${names.get(purpose.to.author)}`}: {purpose.to.text}
          </span>
          <button type="button" onClick={done} aria-label="Cancel">✕</button>
        </p>
      )}
      <textarea
        {...{ value: text, onKeyDown, rows: 1, dir: "auto", autoFocus: purpose.kind !== "send" }}
        {...{ "aria-label": "Message", placeholder: "Write a message" }}
        onChange={(event) => setText(event.target.value)}
      />
      <button disabled={text.trim() === ""}>{purpose.kind === "edit" ? "Save" : "Send"}</button>
    </form>
  );
}

function write(purpose: Purpose, replica: DiscussionReplica, content: { text: string; mentions: UserId[] }): void {
  switch (purpose.kind) {
    case "send":
      return replica.send(content);
    case "reply":
      return replica.send({ ...content, replyTo: purpose.to.id });
    case "edit":
      return replica.edit(purpose.to, content);
    default:
      unreachable(purpose);
  }
}
