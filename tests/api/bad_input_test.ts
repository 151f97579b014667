/** Bad input, item by item: each gets its typed answer, the connection lives on, nothing is written. @module */
import { strict as assert } from "node:assert";
import {
  deriveId,
  type DiscussionId,
  type MessageId,
  type Outcome,
  seq,
  type Sha256,
  shardNumber,
  shardOf,
} from "@gatz/domain";
import { needsPostgres } from "@gatz/testing/postgres.ts";
import { TRPCClientError } from "@trpc/client";

if (await needsPostgres(import.meta.url)) {
  const { freshId, person, testServer } = await import("@gatz/testing/test_server.ts");
  const { disposeAll, sent, talk } = await import("./talk.ts");
  const { effectsDelivered, logPositions } = await import("./shard_logs.ts");

  interface Answer {
    readonly outcome?: Outcome;
    readonly outcomes?: readonly Outcome[];
  }

  /** What a call came to: an outcome's code, or an error's, with the field. Errors may not show the inside. */
  const answerOf = async (call: Promise<object>): Promise<{ code: unknown; field: unknown }> => {
    try {
      const { outcome, outcomes }: Answer = await call;
      const last = outcome ?? outcomes?.at(-1);
      return last?.kind === "rejected"
        ? { code: last.code, field: last.field }
        : { code: last?.kind, field: undefined };
    } catch (error) {
      assert.ok(error instanceof TRPCClientError, String(error));
      const shown = JSON.stringify([error.message, error.data]);
      assert.doesNotMatch(shown, /select |insert |gatz_s\d|\.ts:\d|node_modules|postgres/i);
      return { code: error.data?.code, field: error.data?.field };
    }
  };

  /** Two people's discussion, one of somebody else's, and a stranger; nothing is on its way any more. */
  const scene = async (url: string, transport: "ws" | "http") => {
    const ann = await person(url, "ann", { transport, shard: 3 });
    const ben = await person(url, "ben", { transport, shard: 9 });
    const eve = await person(url, "eve", { transport });
    const { discussion, group, shard } = await talk(ann, [ben]);
    const other = await talk(ann, []);
    const [elsewhere, target] = [freshId("msg", other.shard), freshId("msg", shard)];
    sent((await ann.api.messages.send.mutate({ id: elsewhere, discussion: other.discussion, text: "x" })).outcome);
    sent((await ann.api.messages.send.mutate({ id: target, discussion, text: "original" })).outcome);
    return { ann, ben, eve, discussion, group, shard, other, elsewhere, target };
  };
  type Scene = Awaited<ReturnType<typeof scene>>;

  type Case = readonly [what: string, call: () => Promise<object>, code: string, field?: string];
  const nowhere = shardNumber(4000);
  const attachment = { sha256: "ab".repeat(32) as Sha256, bytes: 5, mime: "image/png", name: "a.png" };

  const malformedIds = ({ ann, ben, discussion, shard }: Scene): Case[] => {
    const { messages, users } = ann.api;
    const msg = freshId("msg", shard);
    const send = (input: { id?: MessageId; discussion?: DiscussionId; mentions?: (typeof ben.user)[] }) =>
      messages.send.mutate({ id: msg, discussion, text: "hello", ...input });
    const lost = { id: freshId("msg", nowhere), discussion: freshId("disc", nowhere) };
    return [
      ["an id of another kind", () => send({ id: discussion as unknown as MessageId }), "Malformed", "id"],
      ["an id that is too short", () => send({ discussion: "disc_1" as DiscussionId }), "Malformed", "discussion"],
      ["an id that gatz derives", () => send({ id: deriveId("msg", shard, "x") }), "Malformed", "id"],
      ["an id on another shard", () => send({ id: freshId("msg", shardNumber(5)) }), "Malformed", "id"],
      ["a discussion on no shard", () => send(lost), "Malformed", "discussion"],
      [
        "a mention on no shard",
        () => send({ mentions: [ben.user, freshId("user", nowhere)] }),
        "Malformed",
        "mentions.1",
      ],
      ["a message on no shard", () => messages.byId.query({ id: lost.id }), "Malformed", "id"],
      [
        "a person on no shard",
        () => users.byIds.query({ ids: [ben.user, freshId("user", nowhere)] }),
        "Malformed",
        "ids.1",
      ],
      ["a list's place that is none", () => ann.api.discussions.byUser.query({ before: "x" }), "Malformed", "before"],
      ["a handle that can be none", () => users.byHandle.query({ handle: "No!" }), "Malformed", "handle"],
      ["a handle that is nobody's", () => users.byHandle.query({ handle: "nobody" }), "NotFound"],
    ];
  };

  const contents = ({ ann, discussion, shard, elsewhere, target }: Scene): Case[] => {
    const { messages } = ann.api;
    type Sent = Parameters<typeof messages.send.mutate>[0];
    const send = (input: Partial<Sent>) =>
      messages.send.mutate({ id: freshId("msg", shard), discussion, text: "hello", ...input });
    const react = (emoji: string, on = true) =>
      messages.react.mutate({ id: freshId("evt", shard), discussion, target, emoji, on });
    return [
      ["a text of too many code points", () => send({ text: "x".repeat(10_001) }), "TextTooLong", "text"],
      ["a text of too many bytes", () => send({ text: "😀".repeat(9_000) }), "TextTooLong", "text"],
      ["a text with U+0000", () => send({ text: "a\u0000b" }), "TextMalformed", "text"],
      ["a text with half a surrogate pair", () => send({ text: "a\ud800b" }), "TextMalformed", "text"],
      ["an empty message", () => send({ text: "" }), "EmptyMessage", "text"],
      ["a reply into another discussion", () => send({ replyTo: elsewhere }), "ReplyElsewhere", "replyTo"],
      ["a reply to nothing", () => send({ replyTo: freshId("msg", shard) }), "ReplyElsewhere", "replyTo"],
      ["an unknown blob", () => send({ attachments: [attachment] }), "UnknownBlob", "attachments.0.sha256"],
      ["an unknown field", () => send({ colour: "red" } as Partial<Sent>), "Malformed", "colour"],
      [
        "an unknown field deep inside",
        () => send({ attachments: [{ ...attachment, virus: 1 } as typeof attachment] }),
        ...["Malformed", "attachments.0.virus"] as const,
      ],
      ["a field of another type", () => send({ text: 5 as unknown as string }), "Malformed", "text"],
      ["too many mentions", () => send({ mentions: Array(1_025).fill(ann.user) }), "Malformed", "mentions"],
      ["a reaction that is a word", () => react("hello"), "NotAnEmoji", "emoji"],
      ["a reaction that is two emoji", () => react("👍👍"), "NotAnEmoji", "emoji"],
      ["a reaction taken back that was not there", () => react("👍", false), "NoChange"],
      ["the same id with other content", () => send({ id: target, text: "changed" }), "EventIdReused"],
    ];
  };

  const rights = ({ ann, ben, eve, discussion, group, shard, elsewhere, target }: Scene): Case[] => {
    const { messages, discussions, groups } = ann.api;
    const evt = () => freshId("evt", shard);
    const [away, inGroup] = [shardNumber((ann.home + 1) % 16), freshId("evt", shardOf(group))];
    const edit = { discussion, target, text: "mine now" };
    return [
      [
        "a group minted away from its maker's home",
        () => groups.create.mutate({ id: freshId("evt", away), stream: freshId("grp", away), name: "G", members: [] }),
        "WrongShard",
      ],
      [
        "an edit by someone else",
        () => ben.api.messages.edit.mutate({ id: evt(), ...edit }),
        "NotYourMessage",
        "target",
      ],
      [
        "an edit of another discussion's",
        () => messages.edit.mutate({ id: evt(), ...edit, target: elsewhere }),
        "NotFound",
      ],
      [
        "a stale edit",
        () => messages.edit.mutate({ id: evt(), ...edit, baseRevision: 7 }),
        "StaleEdit",
        "baseRevision",
      ],
      [
        "a deletion by someone else",
        () => ben.api.messages.delete.mutate({ id: evt(), discussion, target }),
        "Forbidden",
      ],
      [
        "a removal by a mere member",
        () => ben.api.discussions.removeMember.mutate({ id: evt(), discussion, user: ann.user }),
        "Forbidden",
      ],
      [
        "adding who is a member",
        () => discussions.addMembers.mutate({ id: evt(), discussion, users: [ben.user], historyFrom: "all" }),
        "NoChange",
      ],
      [
        "adding who does not exist",
        () =>
          discussions.addMembers.mutate({ id: evt(), discussion, users: [freshId("user", shard)], historyFrom: "all" }),
        "NobodyAddable",
      ],
      ["leaving a group that one owns", () => groups.leave.mutate({ id: inGroup, group }), "OwnerMustHandOver"],
      [
        "a stranger's message",
        () => eve.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "x" }),
        "NotFound",
      ],
      ["a stranger's look", () => eve.api.messages.byDiscussion.query({ discussion }), "NotFound"],
      [
        "a look into somebody's own stream",
        () => eve.api.log.read.query({ stream: ann.user, fromSeq: seq(1) }),
        "NotFound",
      ],
    ];
  };

  const bundles = ({ ann, discussion, group, shard, other }: Scene): Case[] => {
    const { log, discussions } = ann.api;
    const draft = { id: freshId("msg", shard), type: "new-message", version: 1 };
    const body = { text: "x", mentions: [], attachments: [] };
    const offer = (...drafts: unknown[]) => log.offer.mutate({ stream: discussion, drafts });
    const begin = (first: { id: MessageId; text: string }) =>
      discussions.create.mutate({
        ...{ id: freshId("evt", ann.home), stream: freshId("disc", ann.home), group, name: "D", members: [], first },
      });
    const left = { type: "left-group", version: 1, body: { group, groupSeq: 1 } };
    const away = shardNumber((ann.home + 1) % 16);
    return [
      [
        "an event that only gatz makes",
        () =>
          log.offer.mutate({
            stream: ann.user,
            drafts: [{ stream: ann.user, id: freshId("evt", shardOf(ann.user)), ...left }],
          }),
        ...["SystemOnly", "type"] as const,
      ],
      ["a draft of another stream", () => offer({ ...draft, stream: other.discussion, body }), "Malformed", "stream"],
      ["a draft with an unknown field", () => offer({ ...draft, stream: discussion, body, x: 1 }), "Malformed", "x"],
      [
        "a draft of an unknown version",
        () => offer({ ...draft, stream: discussion, body, version: 2 }),
        "Malformed",
        "version",
      ],
      ["a draft that is none", () => offer("hello"), "Malformed"],
      ["no drafts", () => offer(), "Malformed", "drafts"],
      ["too many drafts", () => offer(...Array(101).fill({})), "Malformed", "drafts"],
      [
        "a first message without an id of one",
        () => begin({ id: "msg_" as MessageId, text: "x" }),
        "Malformed",
        "first.id",
      ],
      ["a first message elsewhere", () => begin({ id: freshId("msg", away), text: "x" }), "Malformed", "first.id"],
      [
        "a page that is too long",
        () => ann.api.messages.byDiscussion.query({ discussion, limit: 101 }),
        "Malformed",
        "limit",
      ],
    ];
  };

  for (const transport of ["ws", "http"] as const) {
    Deno.test(`[SEC3] bad input over ${transport} gets its typed answer and writes nothing`, async (t) => {
      await using server = await testServer();
      const on = await scene(server.url, transport);
      await using _people = disposeAll(on.ann, on.ben, on.eve);
      await effectsDelivered(server.database);
      const before = await logPositions(server.database);
      for (const [what, call, code, field] of [malformedIds, contents, rights, bundles].flatMap((of) => of(on))) {
        await t.step(what, async () => {
          const answer = await answerOf(call());
          assert.deepEqual(answer, { code, field: field ?? answer.field });
        });
      }
      assert.deepEqual(await logPositions(server.database), before, "something was written");
      await t.step("the connection lives on", async () => {
        const { ann, discussion, shard } = on;
        sent(
          (await ann.api.messages.send.mutate({ id: freshId("msg", shard), discussion, text: "still here" })).outcome,
        );
      });
    });
  }
}
