import { judgeFollower, judgeScene } from "../judge/judge.ts";
import { Disagreement } from "../judge/difference.ts";
import type { DayPlan } from "../plan/plan.ts";
import { Audience, type AudienceCounts } from "./audience.ts";
import { playDiscussion } from "./discussion.ts";
import { disperse, gather } from "./group.ts";
import type { Production } from "./production.ts";
import { Scene } from "./scene.ts";
import { Turns } from "./turns.ts";

const JUDGED_AT_ONCE = 8;

/**
 * Plays one day in its group, followed by some of its people, and judges it.
 * @throws {Disagreement} with the first difference
 */
export async function playDay(production: Production, day: DayPlan): Promise<AudienceCounts> {
  const company = await gather(production, day);
  const scenes = day.discussions.map((plan) => new Scene({ ...company, plan, ids: production.ids }));
  await using audience = new Audience({ url: production.url, company, scenes });
  await audience.enter();
  let over = 0;
  await production.turns.all(scenes, async (scene) => {
    await playDiscussion(production, scene);
    await audience.progress(++over / scenes.length);
  });
  await disperse(production, company, scenes);
  await judge(production, { scenes, audience });
  return audience.counts();
}

async function judge(
  { url, tally, stop }: Production,
  { scenes, audience }: { scenes: readonly Scene[]; audience: Audience },
): Promise<void> {
  const turns = new Turns(JUDGED_AT_ONCE, stop);
  await turns.all(scenes, async (scene) => {
    refuse(await judgeScene(scene, url));
    tally.discussionsJudged++;
  });
  await turns.all(audience.views(), async ({ following, scene }) => {
    refuse(await judgeFollower(following, { url, title: scene.title, discussion: scene.discussion }));
    tally.viewsJudged++;
  });
  refuse(await audience.fault());
}

function refuse(difference: Disagreement["difference"] | null): void {
  if (difference) throw new Disagreement(difference);
}
