/** One message: its quote, text, marks, reactions and actions; or a tombstone. @module */
import { type DiscussionReplica, type Picture, reactionCounts } from "@gatz/client";
import type { LiveMessage, MessageState, UserId } from "@gatz/domain";
import type { Purpose } from "./composer.tsx";
import type { Names } from "./news.ts";

const PICKER = ["👍", "❤️", "😂", "🎉", "👀"];

interface MessageProps<M = MessageState> {
  readonly message: M;
  readonly viewer: UserId;
  readonly names: Names;
  readonly picture: Picture;
  readonly replica: DiscussionReplica;
  readonly setPurpose: (purpose: Purpose) => void;
}

export function Message(props: MessageProps) {
  const { message, viewer, names, picture } = props;
  const author = names.get(message.author) ?? message.author;
  const mine = message.author === viewer && "mine";
  const pending = picture.pending.has(message.id) && "pending";
  return (
    <li className={[message.kind, mine, pending].filter(Boolean).join(" ")} aria-label={`message by ${author}`}>
      <p className="row">
        <b>{author}</b>
        <time>{new Date(message.at).toTimeString().slice(0, 5)}</time>
        {message.revision > 0 && <span>edited</span>}
        {pending && <span>sending…</span>}
        {message.kind === "live" && <Actions {...props} message={message} />}
      </p>
      {message.kind === "live" ? <Content {...props} message={message} /> : <p className="text">deleted message</p>}
    </li>
  );
}

function Actions({ message, viewer, replica, setPurpose }: MessageProps<LiveMessage>) {
  const mine = message.author === viewer;
  return (
    <span className="actions">
      {PICKER.map((emoji) => (
        <Action
          key={emoji}
          label={emoji}
          act={() => replica.react(message, { emoji, on: true })}
        />
      ))}
      <Action label="Reply" act={() => setPurpose({ kind: "reply", to: message })} />
      {mine && <Action label="Edit" act={() => setPurpose({ kind: "edit", to: message })} />}
      {mine && <Action label="Delete" act={() => replica.delete(message)} />}
    </span>
  );
}

function Content({ message, viewer, names, picture, replica }: MessageProps<LiveMessage>) {
  const nameOf = (user: UserId) => names.get(user) ?? user;
  return (
    <>
      <div className="text" dir="auto">
        {message.replyTo && <Quote quoted={picture.byId.get(message.replyTo)} nameOf={nameOf} />}
        {message.text}
      </div>
      <p>
        {reactionCounts(message.reactions, viewer).map(({ emoji, count, mine, users }) => (
          <Action
            key={emoji}
            {...{ label: `${emoji} ${count}`, pressed: mine, title: users.map(nameOf).join(", ") }}
            act={() => replica.react(message, { emoji, on: !mine })}
          />
        ))}
      </p>
    </>
  );
}

function Quote({ quoted, nameOf }: { quoted: MessageState | undefined; nameOf: (user: UserId) => string }) {
  if (quoted?.kind !== "live") return <blockquote>{quoted ? "deleted message" : "a message from before"}</blockquote>;
  return (
    <blockquote dir="auto">
      <b>{nameOf(quoted.author)}</b> {quoted.text}
    </blockquote>
  );
}

function Action({ label, act, pressed, title }: { label: string; act: () => void; pressed?: boolean; title?: string }) {
  return <button type="button" onClick={act} aria-pressed={pressed} title={title}>{label}</button>;
}
