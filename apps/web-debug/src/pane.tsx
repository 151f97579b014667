/** One person's half of the page: their discussions, and the one that is open. @module */
import type { DiscussionPicture, OpenDiscussion } from "@gatz/client";
import { type DiscussionId, membersNow } from "@gatz/domain";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Composer, type Purpose } from "./composer.tsx";
import { Lists } from "./lists.tsx";
import { Members } from "./members.tsx";
import { Message } from "./message.tsx";
import { REASONS, useNames, useShown } from "./shown.ts";
import type { Person } from "./session.ts";

const STANDINGS = {
  connecting: "○ connecting…",
  offline: "○ reconnecting…",
  "catching-up": "○ catching up…",
  live: "● live",
  rejected: "✕",
} as const;

export function Pane({ person, first }: { person: Person; first: DiscussionId }) {
  const [chosen, choose] = useState(first);
  const half = useRef<HTMLElement>(null);
  return (
    <section ref={half} aria-label={`${person.handle}'s view`}>
      <Lists {...{ gatz: person.gatz, chosen, choose }} />
      <Conversation key={chosen} {...{ person, discussion: chosen, half }} />
    </section>
  );
}

interface ConversationProps {
  readonly person: Person;
  readonly discussion: DiscussionId;
  readonly half: RefObject<HTMLElement | null>;
}

function Conversation({ person: { gatz, user: viewer, handle }, discussion, half }: ConversationProps) {
  const [talk] = useState(() => gatz.open(discussion));
  useEffect(() => () => talk.release(), [talk]);
  const picture = useShown(talk.picture);
  const typing = useShown(talk.typing);
  const [purpose, begin] = useState<Purpose>({ kind: "send" });
  const [text, setText] = useState("");
  const setPurpose = (next: Purpose) => {
    if (next.kind === "edit") setText(next.to.text);
    else if (purpose.kind === "edit") setText("");
    begin(next);
  };
  const people = picture.discussion === null ? [] : membersNow(picture.discussion);
  const nameOf = useNames(gatz, [...people, ...typing, ...picture.messages.map(({ author }) => author)]);
  useReading({ talk, picture, half });
  return (
    <>
      <header>
        <h2>{handle}</h2>
        <small dir="auto">{picture.status === "missing" ? "not there for you" : picture.discussion?.name}</small>
        <Status gatz={gatz} />
        <Members {...{ talk, viewer, picture, nameOf }} />
      </header>
      <div className="end" role="log" aria-label="messages" tabIndex={0}>
        <ol>
          {picture.messages.map((message) => (
            <Message key={message.id} {...{ message, viewer, nameOf, talk, setPurpose }} />
          ))}
        </ol>
        {picture.hasOlder && <button type="button" onClick={() => void talk.older()}>Older</button>}
      </div>
      {typing.length > 0 && <small className="row typing">{typing.map(nameOf).join(", ")} typing…</small>}
      <Refused gatz={gatz} writeAgain={setText} />
      <Composer {...{ purpose, text, people, nameOf, talk, setText, setPurpose }} />
    </>
  );
}

function Status({ gatz }: Pick<Person, "gatz">) {
  const status = useShown(gatz.status);
  const troubles = [...status.troubles].map(([shard, { status }]) => `shard ${shard} is ${status}`);
  if (status.storeFails) troubles.push("nothing new is stored in this browser");
  return (
    <small role="status" className={troubles.length > 0 ? "trouble" : status.kind}>
      {[STANDINGS[status.kind], ...(status.kind === "rejected" ? [status.reason] : []), ...troubles].join(" · ")}
    </small>
  );
}

/** What was taken back; whoever has seen it sends it away, or writes it otherwise. */
function Refused({ gatz, writeAgain }: Pick<Person, "gatz"> & { readonly writeAgain: (text: string) => void }) {
  return useShown(gatz.refused).map(({ draft, rejection: { code } }) => (
    <p role="alert" className="row" key={draft.id}>
      {draft.type}: {code}
      {code in REASONS && ` (${REASONS[code]})`}
      {draft.type === "new-message" && (
        <button
          type="button"
          className="framed"
          onClick={() => {
            writeAgain(draft.body.text);
            void gatz.dismiss(draft.id);
          }}
        >
          Write again
        </button>
      )}
      <button type="button" aria-label="Dismiss" onClick={() => void gatz.dismiss(draft.id)}>✕</button>
    </p>
  ));
}

/** Whoever is at work in their half has read what it shows. */
function useReading({ talk, picture: { messages, pending }, half }: {
  talk: OpenDiscussion;
  picture: DiscussionPicture;
  half: RefObject<HTMLElement | null>;
}): void {
  const read = useRef(0);
  const newest = messages.findLast(({ id }) => !pending.has(id))?.seq;
  useEffect(() => {
    const here = half.current;
    const mark = () => {
      if (newest === undefined || newest <= read.current || !here?.matches(":focus-within")) return;
      read.current = newest;
      void talk.markRead(newest);
    };
    mark();
    here?.addEventListener("focusin", mark);
    return () => here?.removeEventListener("focusin", mark);
  }, [talk, half, newest]);
}
