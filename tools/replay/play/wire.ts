/** The plan's steps as calls of the API. @module */
import { type Draft, type HistoryFrom, type Outcome, seq } from "@gatz/domain";
import type { Add, Content, MessageStep, Step } from "../plan/plan.ts";
import type { Api } from "./connections.ts";
import type { Scene } from "./scene.ts";

/** A discussion with its first message, in one bundle. */
export async function create(api: Api, scene: Scene): Promise<readonly Outcome[]> {
  const { plan, discussion, group } = scene;
  const { outcomes } = await api.discussions.create.mutate({
    id: scene.event("create"),
    stream: discussion,
    group,
    name: plan.name,
    members: scene.users(plan.members),
    first: { id: scene.message(plan.first.key), ...content(plan.first, scene) },
  });
  return outcomes;
}

/** One step by its own procedure. */
export async function perform(api: Api, { scene, step }: { scene: Scene; step: Step }): Promise<readonly Outcome[]> {
  const { discussion } = scene;
  const id = scene.event(step.key);
  const answer = () => {
    switch (step.kind) {
      case "send":
        return api.messages.send.mutate({
          discussion,
          id: scene.message(step.key),
          ...content(step, scene),
          ...(step.replyTo !== undefined && { replyTo: scene.message(step.replyTo) }),
        });
      case "edit":
        return api.messages.edit.mutate({ discussion, id, ...edit(step, scene) });
      case "delete":
        return api.messages.delete.mutate({ discussion, id, ...deletion(step, scene) });
      case "react":
        return api.messages.react.mutate({ discussion, id, ...reaction(step, scene) });
      case "add":
        return api.discussions.addMembers.mutate({
          discussion,
          id,
          users: scene.users([step.user]),
          historyFrom: historyOf(step, scene),
        });
      case "remove":
        return api.discussions.removeMember.mutate({
          discussion,
          id,
          user: scene.user(step.user),
          reason: step.reason,
        });
      case "leave":
        return api.discussions.leave.mutate({ discussion, id });
    }
  };
  return [(await answer()).outcome];
}

/** Steps of one author in one bundle, as an outbox sends them. */
export async function performAll(
  api: Api,
  { scene, steps }: { scene: Scene; steps: readonly MessageStep[] },
): Promise<readonly Outcome[]> {
  const drafts = steps.map((step) => draftOf(step, scene));
  const { outcomes } = await api.log.offer.mutate({ stream: scene.discussion, drafts });
  return outcomes;
}

function draftOf(step: MessageStep, scene: Scene): Draft {
  const stream = scene.discussion;
  const id = scene.event(step.key);
  switch (step.kind) {
    case "send": {
      const replyTo = step.replyTo === undefined ? {} : { replyTo: scene.message(step.replyTo) };
      const body = { ...content(step, scene), attachments: [], ...replyTo };
      return { stream, id: scene.message(step.key), type: "new-message", version: 1, body };
    }
    case "edit":
      return { stream, id, type: "edit-message", version: 1, body: { ...edit(step, scene), attachments: [] } };
    case "delete":
      return { stream, id, type: "delete-message", version: 1, body: deletion(step, scene) };
    case "react":
      return { stream, id, type: "react-to-message", version: 1, body: reaction(step, scene) };
  }
}

function content({ text, mentions }: Content, scene: Scene) {
  return { text, mentions: scene.users(mentions) };
}

function edit(step: Extract<MessageStep, { kind: "edit" }>, scene: Scene) {
  const base = step.baseRevision === undefined ? {} : { baseRevision: step.baseRevision };
  return { target: scene.message(step.target), ...content(step, scene), ...base };
}

function deletion(step: Extract<MessageStep, { kind: "delete" }>, scene: Scene) {
  const reason = step.reason === undefined ? {} : { reason: step.reason };
  return { target: scene.message(step.target), ...reason };
}

function reaction(step: Extract<MessageStep, { kind: "react" }>, scene: Scene) {
  return { target: scene.message(step.target), emoji: step.emoji, on: step.on };
}

function historyOf({ history }: Add, scene: Scene): HistoryFrom {
  return history.kind === "from" ? seq(scene.seqOf(history.message)) : history.kind;
}
