/** When all faults are over: everything that was begun must come to its end, by itself and soon. */
import type { StreamId, UserId } from "@gatz/domain";
import type { Device } from "./device.ts";
import type { PlainEvent } from "../../tools/oracle/event.ts";
import { Stays } from "../../tools/oracle/stays.ts";
import { PlainLogs } from "../../tools/oracle/logs.ts";
import { brokenInReplicas } from "./laws/replica_laws.ts";
import type { Reader } from "./replica.ts";
import { marksOf, type World } from "./world.ts";

const LOOK_MS = 250;

export async function quiet(
  world: World,
  { devices, readers, withinMs }: { devices: readonly Device[]; readers: readonly Reader[]; withinMs: number },
): Promise<void> {
  const until = world.time.now + withinMs;
  for (;;) {
    const open = [...unfinished(world, devices), ...unshown(world, readers)];
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

function unshown({ servers }: World, readers: readonly Reader[]): string[] {
  const logs = servers.flatMap((server) => [...server.shards.values()]).flatMap(({ log }) => log);
  const plain = new PlainLogs(logs.map(({ event }) => event as unknown as PlainEvent)); // it has gone through JSON
  const waiting = readers.filter(({ isIdle }) => !isIdle).map((reader) =>
    `[LOG4] ${reader.record().user} waits for an outcome`
  );
  return [...waiting, ...brokenInReplicas({ replicas: readers.map((reader) => reader.record()) }, plain)];
}

function lack(device: Device, { stream, head }: { stream: StreamId; head: number }): string[] {
  const held = device.head(stream);
  return held >= head ? [] : [`[LIVE3] ${device.user as UserId} has ${held} of ${head} of ${stream}`];
}
