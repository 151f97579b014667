/** One message: a bubble with its quote, text, marks, reactions and actions; or a tombstone. @module */
import { type DiscussionReplica, type Picture, reactionCounts } from "@gatz/client";
import type { LiveMessage, MessageState, UserId } from "@gatz/domain";
import type { Purpose } from "./composer.tsx";
import type { Names } from "./pane.tsx";

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
  const edited = message.revision > 0 && "edited";
  return (
    <li className={[message.kind, mine, pending].filter(Boolean).join(" ")} aria-label={`message by ${author}`}>
      <p className="by">
        <b>{author}</b>
        <time dateTime={new Date(message.at).toISOString()}>{new Date(message.at).toTimeString().slice(0, 5)}</time>
        {edited && <i>{edited}</i>}
        {pending && <i>{pending}</i>}
      </p>
      {message.kind === "live" ? <Content {...props} message={message} /> : <p className="text">deleted message</p>}
    </li>
  );
}

function Content({ message, viewer, names, picture, replica, setPurpose }: MessageProps<LiveMessage>) {
  const counts = reactionCounts(message.reactions, viewer);
  const choices = PICKER.filter((emoji) => !counts.some((count) => count.emoji === emoji && count.mine));
  return (
    <>
      {message.replyTo && <Quote quoted={picture.byId.get(message.replyTo)} names={names} />}
      <p className="text" dir="auto">{message.text}</p>
      <p className="actions">
        {choices.map((emoji) => (
          <button
            key={emoji}
            aria-label={`React ${emoji}`}
            onClick={() => replica.react(message, { emoji, on: true })}
          >
            {emoji}
          </button>
        ))}
        <button onClick={() => setPurpose({ kind: "reply", to: message })}>Reply</button>
        {message.author === viewer && <button onClick={() => setPurpose({ kind: "edit", to: message })}>Edit</button>}
        {message.author === viewer && <button onClick={() => replica.delete(message)}>Delete</button>}
      </p>
      <p className="reactions">
        {counts.map(({ emoji, count, mine, users }) => (
          <button
            key={emoji}
            {...{ "aria-pressed": mine, title: users.map((user) => names.get(user) ?? user).join(", ") }}
            onClick={() => replica.react(message, { emoji, on: !mine })}
          >
            {emoji} {count}
          </button>
        ))}
      </p>
    </>
  );
}

function Quote({ quoted, names }: { quoted: MessageState | undefined; names: Names }) {
  if (quoted === undefined) return <blockquote>a message from before</blockquote>;
  if (quoted.kind === "deleted") return <blockquote>deleted message</blockquote>;
  return (
    <blockquote dir="auto">
      <b>{names.get(quoted.author)}</b> {quoted.text}
    </blockquote>
  );
}
