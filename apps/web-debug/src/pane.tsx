/** One person's view of the discussion. @module */
import { openDiscussion } from "@gatz/client";
import type { DiscussionId, UserId } from "@gatz/domain";
import { useEffect, useState, useSyncExternalStore } from "react";
import { Composer, type Purpose } from "./composer.tsx";
import { Message } from "./message.tsx";
import type { Person } from "./session.ts";

export type Names = ReadonlyMap<UserId, string>;

const LINKS = { connecting: "○ connecting…", live: "● live", cut: "○ reconnecting…" } as const;

export function Pane({ person, discussion, names }: { person: Person; discussion: DiscussionId; names: Names }) {
  const { api, user: viewer, handle } = person;
  const [replica] = useState(() => openDiscussion(api, { discussion, viewer }));
  useEffect(() => () => replica.close(), [replica]);
  const picture = useSyncExternalStore(replica.subscribe, replica.picture);
  const [purpose, setPurpose] = useState<Purpose>({ kind: "send" });
  return (
    <section aria-label={`${handle}'s view`}>
      <header>
        <h2>{handle}</h2>
        <small>{picture.discussion?.kind === "discussion" && picture.discussion.name}</small>
        <small role="status" className={picture.link}>{LINKS[picture.link]}</small>
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
    </section>
  );
}
