/** Somebody who says on one of their devices what they have read, by what that device holds (READ1). */
import type { DiscussionId } from "@gatz/domain";
import type { Chance } from "./chance.ts";
import type { Device } from "./device.ts";
import type { World } from "./world.ts";

const DEEDS = { read: 8, unread: 2 } as const;

export class Marker {
  readonly #world: World;
  readonly #device: Device;
  readonly #chance: Chance;

  constructor(world: World, device: Device, name: string) {
    this.#world = world;
    this.#device = device;
    this.#chance = world.chance.fork(name);
  }

  async run(): Promise<void> {
    while (this.#world.phase === "active") {
      await this.#world.time.sleep(this.#chance.between(20, 500));
      await this.#mark(this.#chance.of(this.#world.talks).id);
    }
  }

  /** One more, of which the user's apps, connected as they are by now, hear by their feeds alone. */
  async last(): Promise<void> {
    await this.#mark(this.#world.talks[0]!.id); // everybody was in the first
  }

  /** Mostly about the mark that the device holds; now and then about whichever stands; and sometimes further than there is. */
  async #mark(discussion: DiscussionId): Promise<void> {
    const head = this.#device.head(discussion);
    if (head === 0) return;
    const seq = this.#chance.whole(1, this.#chance.happens(0.1) ? head + 5 : head);
    const epoch = this.#chance.happens(0.8) ? this.#device.marks.get(discussion)?.epoch ?? 0 : undefined;
    await this.#device.line.mark({ type: this.#chance.weighted(DEEDS), discussion, seq, epoch });
  }
}
