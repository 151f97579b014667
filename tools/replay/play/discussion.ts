import type { Offer } from "../plan/plan.ts";
import { stepsOf } from "../plan/plan.ts";
import { admitSkipped } from "./admission.ts";
import type { Production } from "./production.ts";
import { deliver } from "./deliver.ts";
import type { Scene } from "./scene.ts";
import { create, perform, performAll } from "./wire.ts";

/** Plays one discussion from its creation to its end: strictly in order, each offer when the one before is acked. */
export async function playDiscussion(production: Production, scene: Scene): Promise<void> {
  await begin(production, scene);
  for (const offer of scene.plan.offers) {
    production.stop.signal.throwIfAborted();
    await playOffer(production, { scene, offer });
  }
}

async function begin(production: Production, scene: Scene): Promise<void> {
  const { connections, tally } = production;
  const { plan, discussion } = scene;
  const creator = scene.account(plan.creator);
  const acks = await deliver(
    `${scene.title}: creating it`,
    () => connections.call(creator, (api) => create(api, scene)),
  );
  const [created, first] = acks;
  if (!created || !first) throw new Error(`${scene.title}: ${acks.length} acks for two drafts`);
  scene.created(created);
  scene.acked(plan.first, first);
  tally.acked(acks);
  if (plan.members.length === 0) return;
  const readmitted = await admitSkipped(production, {
    what: scene.title,
    by: creator,
    stream: discussion,
    added: created,
    again: (api, { users, round }) =>
      api.discussions.addMembers.mutate({ id: scene.event(`again-${round}`), discussion, users, historyFrom: "all" }),
  });
  // Those whom it had left out see everything all the same.
  for (const ack of readmitted) scene.ledger.enter({ ...ack, type: "added again", actor: creator.user, body: {} });
}

async function playOffer(
  { connections, tally }: Production,
  { scene, offer }: { scene: Scene; offer: Offer },
): Promise<void> {
  const by = scene.account(offer.by);
  const steps = stepsOf(offer);
  const acks = await deliver(
    `${scene.title}: ${steps.map((step) => step.key).join(", ")} by ${by.nick}`,
    () =>
      connections.call(
        by,
        (api) =>
          offer.kind === "single"
            ? perform(api, { scene, step: offer.step })
            : performAll(api, { scene, steps: offer.steps }),
      ),
  );
  if (acks.length !== steps.length) throw new Error(`${scene.title}: ${acks.length} acks for ${steps.length} drafts`);
  steps.forEach((step, i) => scene.acked(step, acks[i]!));
  tally.acked(acks);
}
