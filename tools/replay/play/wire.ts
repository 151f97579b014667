/** The plan's steps as calls of the API. @module */
import type { Outcome } from "@gatz/domain";
import type { Step } from "../plan/plan.ts";
import type { Api } from "./connections.ts";
import { contentOf, draftOf } from "./drafts.ts";
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
    first: { id: scene.message(plan.first.key), ...contentOf(plan.first, scene) },
  });
  return outcomes;
}

/** One step by its own procedure, if it is about messages or members. */
export async function perform(api: Api, { scene, step }: { scene: Scene; step: Step }): Promise<readonly Outcome[]> {
  const call = PROCEDURES[step.kind];
  if (call === undefined) return await performAll(api, { scene, steps: [step] });
  const { id, body } = draftOf(step, scene);
  return [(await call(api)({ ...body, id, discussion: scene.discussion } as never)).outcome];
}

type Call = (input: never) => Promise<{ readonly outcome: Outcome }>;
/** Each takes the draft's id and body, and the discussion; what a draft says is written down once. */
const PROCEDURES: Readonly<Partial<Record<Step["kind"], (api: Api) => Call>>> = {
  send: ({ messages }) => messages.send.mutate,
  edit: ({ messages }) => messages.edit.mutate,
  delete: ({ messages }) => messages.delete.mutate,
  react: ({ messages }) => messages.react.mutate,
  add: ({ discussions }) => discussions.addMembers.mutate,
  remove: ({ discussions }) => discussions.removeMember.mutate,
  leave: ({ discussions }) => discussions.leave.mutate,
};

/** Steps of one author in one bundle, as an outbox sends them. */
export async function performAll(
  api: Api,
  { scene, steps }: { scene: Scene; steps: readonly Step[] },
): Promise<readonly Outcome[]> {
  const drafts = steps.map((step) => draftOf(step, scene));
  const { outcomes } = await api.log.offer.mutate({ stream: scene.discussion, drafts });
  return outcomes;
}
