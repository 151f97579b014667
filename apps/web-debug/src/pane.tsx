/** One person's half of the page: their discussions, and the one that is open. @module */
import { openDiscussion, type Picture } from "@gatz/client";
import type { DiscussionId } from "@gatz/domain";
import { type RefObject, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Composer, type Purpose } from "./composer.tsx";
import { Lists } from "./lists.tsx";
import { Members } from "./members.tsx";
import { Message } from "./message.tsx";
import type { Names } from "./news.ts";
import type { Person } from "./session.ts";

const LINKS = { connecting: "○ connecting…", live: "● live", cut: "○ reconnecting…" } as const;

export function Pane({ person, first, names }: { person: Person; first: DiscussionId; names: Names }) {
  const { api, handle } = person;
  const [chosen, choose] = useState(first);
  const half = useRef<HTMLElement>(null);
  return (
    <section ref={half} aria-label={`${handle}'s view`}>
      <Lists {...{ api, names, chosen, choose }} />
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

function Conversation({ person, discussion, names, half }: ConversationProps) {
  const { api, user: viewer, handle } = person;
  const [replica] = useState(() => openDiscussion(api, { discussion, viewer }));
  useEffect(() => () => replica.close(), [replica]);
  const picture = useSyncExternalStore(replica.subscribe, replica.picture);
  const [purpose, setPurpose] = useState<Purpose>({ kind: "send" });
  useReading({ person, discussion, picture, half });
  const state = picture.discussion?.kind === "discussion" ? picture.discussion : null;
  return (
    <>
      <header>
        <h2>{handle}</h2>
        <small>{state?.name}</small>
        <small role="status" className={picture.link}>{LINKS[picture.link]}</small>
        <Members {...{ api, discussion, viewer, version: state?.members }} />
      </header>
      <div className="end" role="log" aria-label="messages" tabIndex={0}>
        <ol>
          {picture.messages.map((message) => (
            <Message key={message.id} {...{ message, viewer, names, picture, replica, setPurpose }} />
          ))}
        </ol>
      </div>
      {picture.problem && <p role="alert">{picture.problem}</p>}
      <Composer key={JSON.stringify(purpose)} {...{ purpose, names, replica, setPurpose }} />
    </>
  );
}

/** Whoever is at work in their half has read what it shows. */
function useReading({ person: { api }, discussion, picture, half }: {
  person: Person;
  discussion: DiscussionId;
  picture: Picture;
  half: RefObject<HTMLElement | null>;
}): void {
  const read = useRef(0);
  const newest = picture.messages.findLast(({ id }) => !picture.pending.has(id))?.seq;
  useEffect(() => {
    const here = half.current;
    const mark = () => {
      if (newest === undefined || newest <= read.current || !here?.matches(":focus-within")) return;
      read.current = newest;
      // A mark that does not arrive is made again with the next message that is read.
      api.reads.mark.mutate({ discussion, seq: newest }).catch(() => {});
    };
    mark();
    here?.addEventListener("focusin", mark);
    return () => here?.removeEventListener("focusin", mark);
  }, [api, discussion, half, newest]);
}
