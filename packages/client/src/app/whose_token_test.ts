import { DEFAULT_LIMITS, shardNumber } from "@gatz/domain";
import assert from "node:assert/strict";
import { ALICE, BOB, ScriptedServer } from "../../testing/scripted_server.ts";
import { VirtualTime } from "../../testing/virtual_time.ts";
import { newId } from "../new_id.ts";
import { type Store } from "../store/contract.ts";
import { Memory, memoryStore } from "../store/memory.ts";
import { gatzOver } from "./create_gatz.ts";
import { whoseToken } from "./whose_token.ts";

const tokenOf = (claims: unknown) => `gatz1.${btoa(JSON.stringify(claims)).replaceAll("=", "")}.signature`;
const ofAlice = tokenOf({ s: "session", u: ALICE, h: 3, e: 1_800_000_000_000 });

Deno.test("[LIVE6] a token says whose it is, or nothing", () => {
  assert.deepEqual(whoseToken(ofAlice), { user: ALICE, home: shardNumber(3), limits: DEFAULT_LIMITS });
  const none = [null, "", "opaque", "gatz1", "gatz1..", "gatz1.!.x", "gatz1.bm8.x", ofAlice.replace("gatz1", "gatz2")];
  const wrong = [null, 1, [], {}, { u: ALICE }, { u: "grp_1", h: 3 }, { u: ALICE, h: 4096 }, { u: ALICE, h: "3" }];
  for (const token of [...none, ...wrong.map(tokenOf)]) assert.equal(whoseToken(token), null, String(token));
});

/** Of a server that is not reached, unless one is given. */
async function app(store: Store, token: string, server = new ScriptedServer()) {
  const time = new VirtualTime();
  const gatz = await gatzOver({
    ...{ server, store, timing: time, newId },
    whose: () => Promise.resolve(whoseToken(token)),
    onBug: (bug) => {
      throw bug;
    },
  });
  await time.settle();
  return { gatz, time };
}

function unreached(): ScriptedServer {
  const server = new ScriptedServer();
  server.isConnected = false;
  return server;
}

Deno.test("[LOG4] at a first start without a connection what is done is shown, kept, and offered in the name of whose token it was alone", async () => {
  const memory = new Memory();
  const first = await app(memoryStore({ memory }), ofAlice, unreached());
  assert.equal((await first.gatz.ready()).user, ALICE);
  const { group } = first.gatz.createGroup({ name: "Friends", members: [BOB] });
  const { discussion, offer } = first.gatz.createDiscussion({
    ...{ group, name: "Lunch?", members: [BOB] },
    first: { text: "Twelve?" },
  });
  await offer.stored;
  const { messages } = first.gatz.open(discussion).picture.snapshot();
  assert.deepEqual(messages.map((message) => message.kind === "live" && message.text), ["Twelve?"]);
  await first.gatz.close();

  const offered = (server: ScriptedServer) => {
    const streams: string[] = [];
    const { offer } = server;
    server.offer = (...[stream]: unknown[]) => {
      streams.push(String(stream));
      return offer();
    };
    return streams;
  };
  // Somebody else signs in where Alice was.
  const bobs = new ScriptedServer(BOB);
  const bobsOffers = offered(bobs);
  const second = await app(memoryStore({ memory }), tokenOf({ u: BOB, h: 3 }), bobs);
  await second.time.pass(5_000);
  assert.deepEqual([second.gatz.status.snapshot().kind, bobsOffers], ["rejected", []]);
  await second.gatz.close();

  const alices = new ScriptedServer(ALICE);
  const alicesOffers = offered(alices);
  const third = await app(memoryStore({ memory }), ofAlice, alices);
  assert.deepEqual(third.gatz.pending.snapshot().get(discussion)?.length, 2);
  await third.time.pass(5_000);
  assert.equal(alicesOffers[0], group);
  await third.gatz.close();
});

Deno.test("[LIVE6] whose token does not tell is known once the server has said it, whatever a token says later", async () => {
  const server = new ScriptedServer(ALICE);
  const { gatz, time } = await app(memoryStore(), "opaque", server);
  await time.pass(1_000);
  assert.equal((await gatz.ready()).user, ALICE);
  await gatz.close();
});
