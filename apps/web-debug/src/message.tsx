/** One message: its quote, text, marks, reactions and actions; or a tombstone. @module */
import { type OpenDiscussion, type PictureMessage, type Quote as Quoted, reactionCounts } from "@gatz/client";
import type { UserId } from "@gatz/domain";
import type { Purpose } from "./composer.tsx";
import { REASONS } from "./shown.ts";

const PICKER = ["👍", "❤️", "😂", "🎉", "👀"];

export type Live = Extract<PictureMessage, { kind: "live" }>;

interface MessageProps<M = PictureMessage> {
  readonly message: M;
  readonly viewer: UserId;
  readonly nameOf: (user: UserId) => string;
  readonly talk: OpenDiscussion;
  readonly setPurpose: (purpose: Purpose) => void;
}

export function Message(props: MessageProps) {
  const { message, viewer, nameOf } = props;
  const author = nameOf(message.author);
  const mine = message.author === viewer && "mine";
  const pending = message.pending && "pending";
  return (
    <li
      {...{ tabIndex: -1, "aria-label": `message by ${author}` }}
      className={[message.kind, mine, pending].filter(Boolean).join(" ")}
    >
      <p className="row">
        <b>{author}</b>
        <time>{new Date(message.at).toTimeString().slice(0, 5)}</time>
        {message.kind !== "blocked" && message.revision > 0 && <span>edited</span>}
        {pending && <span>{waits(message)}</span>}
        {message.kind === "live" && <Actions {...props} message={message} />}
      </p>
      {message.kind === "live"
        ? <Content {...props} message={message} />
        : <p className="text">{GONE[message.kind]}</p>}
    </li>
  );
}

/** What becomes of one that has not arrived yet. */
function waits({ doomed }: PictureMessage): string {
  return doomed === undefined ? "sending…" : REASONS[doomed] ?? doomed;
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

function Content({ message, viewer, nameOf, talk }: MessageProps<Live>) {
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
