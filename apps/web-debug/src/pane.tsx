/** One person's half of the page: their discussions, and the one that is open. @module */
import type { DiscussionPicture, OpenDiscussion } from "@gatz/client";
import type { DiscussionId } from "@gatz/domain";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Composer, type Purpose } from "./composer.tsx";
import { Lists } from "./lists.tsx";
import { Members } from "./members.tsx";
import { Message } from "./message.tsx";
import { type Names, useShown } from "./shown.ts";
import type { Person } from "./session.ts";

const STANDINGS = {
  connecting: "○ connecting…",
  offline: "○ reconnecting…",
  "catching-up": "○ catching up…",
  live: "● live",
  rejected: "✕",
} as const;

export function Pane({ person, first, names }: { person: Person; first: DiscussionId; names: Names }) {
  const [chosen, choose] = useState(first);
  const half = useRef<HTMLElement>(null);
  return (
    <section ref={half} aria-label={`${person.handle}'s view`}>
      <Lists {...{ gatz: person.gatz, names, chosen, choose }} />
      <Conversation key={chosen} {...{ person, discussion: chosen, names, half }} />
    </section>
  );
}

interface ConversationProps {
  readonly person: Person;
  readonly discussion: DiscussionId;
  readonly names: Names;
  readonly half: RefObject<HTMLElement | null>;
}

function Conversation({ person: { gatz, user: viewer, handle }, discussion, names, half }: ConversationProps) {
  const [talk] = useState(() => gatz.open(discussion));
  useEffect(() => () => talk.release(), [talk]);
  const picture = useShown(talk.picture);
  const typing = useShown(talk.typing);
  const [purpose, setPurpose] = useState<Purpose>({ kind: "send" });
  useReading({ talk, picture, half });
  return (
    <>
      <header>
        <h2>{handle}</h2>
        <small>{picture.discussion?.name}</small>
        <Status gatz={gatz} />
        <Members {...{ talk, viewer, picture, names }} />
      </header>
      <div className="end" role="log" aria-label="messages" tabIndex={0}>
        <ol>
          {picture.messages.map((message) => (
            <Message key={message.id} {...{ message, viewer, names, talk, setPurpose }} />
          ))}
        </ol>
        {picture.hasOlder && <button type="button" onClick={() => void talk.older()}>Older</button>}
      </div>
      {typing.length > 0 && <small>{typing.map((user) => names.get(user) ?? "somebody").join(", ")} typing…</small>}
      <Refused gatz={gatz} />
      <Composer key={JSON.stringify(purpose)} {...{ purpose, names, talk, setPurpose }} />
    </>
  );
}

function Status({ gatz }: Pick<Person, "gatz">) {
  const status = useShown(gatz.status);
  const troubles = [...status.troubles].map(([shard, { status }]) => `shard ${shard} is ${status}`);
  return (
    <small role="status" className={status.kind} title={troubles.join(", ")}>
      {STANDINGS[status.kind]}
      {status.kind === "rejected" && ` ${status.reason}`}
      {troubles.length > 0 && " !"}
    </small>
  );
}

/** What was taken back; whoever has seen it sends it away. */
function Refused({ gatz }: Pick<Person, "gatz">) {
  return useShown(gatz.refused).map(({ draft, rejection }) => (
    <p role="alert" className="row" key={draft.id}>
      {draft.type}: {rejection.code}
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
