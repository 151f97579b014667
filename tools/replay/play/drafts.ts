/** The plan's steps as drafts. @module */
import { type Draft, type HistoryFrom, seq } from "@gatz/domain";
import type { Add, Content, MessageStep, Step } from "../plan/plan.ts";
import type { Scene } from "./scene.ts";

export function draftOf(step: Step, scene: Scene): Draft {
  const id = step.kind === "send" ? scene.message(step.key) : scene.event(step.key);
  // Which body goes with which type is what the server checks.
  return { stream: scene.discussion, id, version: 1, type: TYPES[step.kind], body: bodyOf(step, scene) } as Draft;
}

const TYPES: Readonly<Record<Step["kind"], string>> = {
  "send": "new-message",
  "edit": "edit-message",
  "delete": "delete-message",
  "react": "react-to-message",
  "add": "add-members",
  "remove": "remove-member",
  "leave": "leave",
  "set-role": "set-role",
  "pin": "pin-message",
  "unpin": "unpin-message",
  "flag": "flag-message",
  "resolve": "resolve-flag",
  "lock": "lock",
  "unlock": "unlock",
  "mute": "mute-member",
  "unmute": "unmute-member",
  "purge": "expunge",
  "rename": "rename",
};

function bodyOf(step: Step, scene: Scene): object {
  switch (step.kind) {
    case "send":
    case "edit":
    case "delete":
    case "react":
      return messageBody(step, scene);
    case "add":
      return { users: scene.users([step.user]), historyFrom: historyOf(step, scene) };
    case "remove":
      return { user: scene.user(step.user), reason: step.reason };
    case "set-role":
      return { user: scene.user(step.user), role: step.role };
    case "mute":
    case "unmute":
      return { user: scene.user(step.user) };
    case "pin":
    case "unpin":
    case "flag":
      return { target: scene.message(step.target) };
    case "resolve":
      return { flag: scene.event(step.flag), verdict: "upheld" };
    case "purge":
      return { author: scene.user(step.user), upToSeq: seq(scene.seqOf(step.upTo)), why: "purge" };
    case "rename":
      return { name: step.name };
    case "leave":
    case "lock":
    case "unlock":
      return {};
  }
}

function messageBody(step: MessageStep, scene: Scene): object {
  switch (step.kind) {
    case "send": {
      const replyTo = step.replyTo === undefined ? {} : { replyTo: scene.message(step.replyTo) };
      return { ...contentOf(step, scene), ...replyTo };
    }
    case "edit": {
      const base = step.baseRevision === undefined ? {} : { baseRevision: step.baseRevision };
      return { target: scene.message(step.target), ...contentOf(step, scene), ...base };
    }
    case "delete": {
      const reason = step.reason === undefined ? {} : { reason: step.reason };
      return { target: scene.message(step.target), ...reason };
    }
    case "react":
      return { target: scene.message(step.target), emoji: step.emoji, on: step.on };
  }
}

export function contentOf({ text, mentions }: Content, scene: Scene) {
  return { text, mentions: scene.users(mentions), attachments: [] };
}

function historyOf({ history }: Add, scene: Scene): HistoryFrom {
  return history.kind === "from" ? seq(scene.seqOf(history.message)) : history.kind;
}
