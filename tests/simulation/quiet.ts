/** When all faults are over: everything that was begun must come to its end, by itself and soon. */
import type { StreamId, UserId } from "@gatz/domain";
import type { App } from "./app.ts";
import type { Device } from "./device.ts";
import type { PlainEvent } from "../../tools/oracle/event.ts";
import { Stays } from "../../tools/oracle/stays.ts";
import { marksOf, type World } from "./world.ts";

const LOOK_MS = 250;

export async function quiet(
  world: World,
  { devices, apps, withinMs }: { devices: readonly Device[]; apps: readonly App[]; withinMs: number },
): Promise<void> {
  const until = world.time.now + withinMs;
  for (;;) {
    const open = [...unfinished(world, devices), ...restless(apps)];
    if (open.length === 0) return;
    if (world.time.now >= until) return open.forEach((what) => world.breach(what));
    await world.time.sleep(LOOK_MS);
  }
}

function unfinished(world: World, devices: readonly Device[]): string[] {
  const shards = world.servers.flatMap((server) => [...server.shards.values()]);
  const effects = shards.flatMap((tables) =>
    tables.targets().map((target) => `[SHARD3] effects of shard ${tables.shard} wait for ${target}`)
  );
  const lacks = shards.flatMap((tables) =>
    tables.streams.flatMap((stream) => {
      const log = tables.eventsOf(stream) as readonly unknown[] as readonly PlainEvent[]; // the same as JSON
      const stays = new Stays(stream, log);
      return devices.flatMap((device) => lack(device, { stream, head: stays.headFor(device.user, log.length) }));
    })
  );
  const marks = shards.flatMap(marksOf).flatMap((mark) =>
    devices.filter(({ user, marks }) => user === mark.user && (marks.get(mark.discussion)?.rev ?? 0) < mark.rev)
      .map(({ user }) => `[READ1] a device of ${user} has not heard of rev ${mark.rev}`)
  );
  return [...effects, ...lacks, ...marks];
}

/** Whose account is over is served no more. */
function restless(apps: readonly App[]): string[] {
  return apps.filter(({ isAtRest, isRejected, name }) => name !== null && !isAtRest && !isRejected)
    .map(({ name }) => `[LOG4] ${name} has not come to rest`);
}

function lack(device: Device, { stream, head }: { stream: StreamId; head: number }): string[] {
  const held = device.head(stream);
  return held >= head ? [] : [`[LIVE3] ${device.user as UserId} has ${held} of ${head} of ${stream}`];
}
