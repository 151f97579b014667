import { judgeFollower, judgeScene } from "../judge/judge.ts";
import { Disagreement } from "../judge/difference.ts";
import { judgeList } from "../judge/list.ts";
import type { DayPlan } from "../plan/plan.ts";
import { Audience, type AudienceCounts } from "./audience.ts";
import { playDiscussion } from "./discussion.ts";
import { disperse, gather } from "./group.ts";
import { block, type Blocks, markRead } from "./own.ts";
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
  const blocks = await block(production, company);
  await judge(production, { scenes, audience, blocks });
  return audience.counts();
}

async function judge(
  { url, tally, stop }: Production,
  { scenes, audience, blocks: blocked }: { scenes: readonly Scene[]; audience: Audience; blocks: Blocks },
): Promise<void> {
  const blocks = (user: string) => blocked.get(user) ?? new Set<string>();
  const turns = new Turns(JUDGED_AT_ONCE, stop);
  await turns.all(scenes, async (scene) => {
    refuse(await judgeScene(scene, { url, blocks }));
    tally.discussionsJudged++;
  });
  await turns.all(audience.views(), async ({ following, scene }) => {
    const { title, discussion } = scene;
    refuse(await judgeFollower(following, { url, title, discussion, scene, blocks }));
    refuse(await markRead(following, { scene, url }));
    tally.viewsJudged++;
  });
  for (const [following, views] of Map.groupBy(audience.views(), ({ following }) => following)) {
    refuse(await judgeList(following, { url, blocks, scenes: views.map(({ scene }) => scene) }));
  }
  refuse(await audience.fault());
}

function refuse(difference: Disagreement["difference"] | null): void {
  if (difference) throw new Disagreement(difference);
}
