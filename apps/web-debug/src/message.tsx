/** One message: its quote, text, marks, reactions and actions; or a tombstone. @module */
import { type OpenDiscussion, type PictureMessage, type Quote as Quoted, reactionCounts } from "@gatz/client";
import type { UserId } from "@gatz/domain";
import type { Purpose } from "./composer.tsx";
import type { Names } from "./shown.ts";

const PICKER = ["👍", "❤️", "😂", "🎉", "👀"];

export type Live = Extract<PictureMessage, { kind: "live" }>;

interface MessageProps<M = PictureMessage> {
  readonly message: M;
  readonly viewer: UserId;
  readonly names: Names;
  readonly talk: OpenDiscussion;
  readonly setPurpose: (purpose: Purpose) => void;
}

export function Message(props: MessageProps) {
  const { message, viewer, names } = props;
  const author = names.get(message.author) ?? message.author;
  const mine = message.author === viewer && "mine";
  const pending = message.pending && "pending";
  return (
    <li className={[message.kind, mine, pending].filter(Boolean).join(" ")} aria-label={`message by ${author}`}>
      <p className="row">
        <b>{author}</b>
        <time>{new Date(message.at).toTimeString().slice(0, 5)}</time>
        {message.kind !== "blocked" && message.revision > 0 && <span>edited</span>}
        {pending && <span>{message.doomed ?? "sending…"}</span>}
        {message.kind === "live" && <Actions {...props} message={message} />}
      </p>
      {message.kind === "live"
        ? <Content {...props} message={message} />
        : <p className="text">{GONE[message.kind]}</p>}
    </li>
  );
}

const GONE = { deleted: "deleted message", blocked: "a message of somebody blocked" } as const;

function Actions({ message, viewer, talk, setPurpose }: MessageProps<Live>) {
  const mine = message.author === viewer;
  return (
    <span className="actions">
      {PICKER.map((emoji) => (
        <Action
          key={emoji}
          label={emoji}
          act={() => talk.react(message.id, emoji)}
        />
      ))}
      <Action label="Reply" act={() => setPurpose({ kind: "reply", to: message })} />
      {mine && <Action label="Edit" act={() => setPurpose({ kind: "edit", to: message })} />}
      {mine && <Action label="Delete" act={() => talk.delete(message.id)} />}
    </span>
  );
}

function Content({ message, viewer, names, talk }: MessageProps<Live>) {
  const nameOf = (user: UserId) => names.get(user) ?? user;
  return (
    <>
      <div className="text" dir="auto">
        {message.replyTo && <Quote quoted={message.quote} nameOf={nameOf} />}
        {message.text}
      </div>
      <p>
        {reactionCounts(message.reactions, viewer).map(({ emoji, count, mine, users }) => (
          <Action
            key={emoji}
            {...{ label: `${emoji} ${count}`, pressed: mine, title: users.map(nameOf).join(", ") }}
            act={() => talk.react(message.id, emoji, { on: !mine })}
          />
        ))}
      </p>
    </>
  );
}

function Quote({ quoted, nameOf }: { quoted: Quoted | undefined; nameOf: (user: UserId) => string }) {
  if (quoted === undefined) return <blockquote>a message from before</blockquote>;
  if (quoted.kind !== "live") return <blockquote>{GONE[quoted.kind]}</blockquote>;
  return (
    <blockquote dir="auto">
      <b>{nameOf(quoted.author)}</b> {quoted.text}
    </blockquote>
  );
}

function Action({ label, act, pressed, title }: { label: string; act: () => void; pressed?: boolean; title?: string }) {
  return <button type="button" onClick={act} aria-pressed={pressed} title={title}>{label}</button>;
}
