import { describe, expect, it } from "vitest";
import type { MessageEvent } from "../../src/index.js";
import { SinkKind } from "../../src/sink.js";
import { connected } from "./fresh.js";

const base = {
  roomName: "general",
  userId: "alice",
  content: "hello",
  timestamp: "2026-01-30T05:00:00.000Z",
} as MessageEvent;
const sent: MessageEvent = { ...base, messageId: "m-1", clientMessageId: "c-1", version: 3 };
const failed: MessageEvent = { ...base, messageId: "c-2", clientMessageId: "c-2", state: "failed" };
const waiting: MessageEvent = {
  ...failed,
  messageId: "c-3",
  clientMessageId: "c-3",
  state: "sending",
};

async function inRoom(...messages: MessageEvent[]) {
  const { client, engine } = await connected();
  // After it, so that both are of the same package.
  const { messageActions } = await import("../../src/react/message-actions.js");
  engine.messages = messages;
  engine.answer = { messageId: "m-1" };
  for (const method of ["removeFromQueue", "updateQueuedMessage", "retryMessage"]) {
    engine.answers[`queue.${method}`] = true;
  }
  return { client, engine, actions: messageActions(client, "general") };
}

/** A message that is on its way, or that another tab sends: it cannot be changed from here. */
async function onItsWay() {
  const room = await inRoom(waiting);
  room.engine.answers["queue.removeFromQueue"] = false;
  room.engine.answers["queue.updateQueuedMessage"] = false;
  const become = (...messages: MessageEvent[]) => {
    room.engine.messages = messages;
    room.engine.sink(SinkKind.TimelineReset, "general");
  };
  return { ...room, become };
}

describe("the actions on a room's messages", () => {
  it("edit what the server has, as made from the version that is shown", async () => {
    const { engine, actions } = await inRoom(sent);
    expect(await actions.edit("m-1", "other")).toEqual({ messageId: "m-1" });
    await actions.edit("c-1", "by its key");
    await actions.edit("m-1", "knows better", { baseVersion: 2 });
    expect(engine.called("editMessage")).toEqual([
      ["general", "m-1", "other", { baseVersion: 3 }],
      ["general", "m-1", "by its key", { baseVersion: 3 }],
      ["general", "m-1", "knows better", { baseVersion: 2 }],
    ]);
  });

  it("name no version while a change of ours waits, which makes another one", async () => {
    const { engine, actions } = await inRoom({ ...sent, isPending: true });
    await actions.edit("m-1", "again");
    expect(engine.called("editMessage")).toEqual([
      ["general", "m-1", "again", { baseVersion: undefined }],
    ]);
  });

  it("change a message in the queue that waits or is parked, and send a parked one again", async () => {
    const { engine, actions } = await inRoom(failed, waiting);
    expect(await actions.edit("c-2", "other")).toBeUndefined();
    expect(await actions.edit("c-3", "other")).toBeUndefined();
    expect(engine.called("queue.updateQueuedMessage")).toEqual([
      ["c-2", { content: "other" }],
      ["c-3", { content: "other" }],
    ]);
    expect(engine.called("queue.retryMessage")).toEqual([["c-2"]]);
    expect(engine.called("editMessage")).toEqual([]);
  });

  it("take a message out of the queue instead of deleting it", async () => {
    const { engine, actions } = await inRoom(failed, sent);
    expect(await actions.remove("c-2")).toBeUndefined();
    await actions.remove("m-1");
    expect(engine.called("deleteMessage")).toEqual([["general", "m-1"]]);
  });

  it("wait for a message that is on its way, and name it to the server as it has it", async () => {
    const { engine, actions, become } = await onItsWay();
    const done = [
      actions.remove("c-3"),
      actions.edit("c-3", "other"),
      actions.react("c-3", "👍"),
    ] as const;
    await Promise.resolve();
    expect(engine.calls.filter(([name]) => /^(edit|delete|add)/.test(name))).toEqual([]);
    become({ ...sent, clientMessageId: "c-3" });
    await Promise.all(done);
    expect(engine.called("deleteMessage")).toEqual([["general", "m-1"]]);
    expect(engine.called("editMessage")).toEqual([["general", "m-1", "other", { baseVersion: 3 }]]);
    expect(engine.called("addReaction")).toEqual([["general", "m-1", "👍"]]);
  });

  it("leave the server alone where another tab has done it before it was sent", async () => {
    const { engine, actions, become } = await onItsWay();
    const edited = actions.edit("c-3", "other");
    become({ ...waiting, content: "other" });
    expect(await edited).toBeUndefined();
    const again = actions.edit("c-3", "another");
    become({ ...sent, clientMessageId: "c-3", content: "another" });
    expect(await again).toBeUndefined();
    become(waiting);
    const removed = actions.remove("c-3");
    const reacted = actions.react("c-3", "👍");
    become();
    expect(await removed).toBeUndefined();
    await expect(reacted).rejects.toMatchObject({ code: "CANCELLED" });
    expect(engine.calls.filter(([name]) => /^(edit|delete|add)/.test(name))).toEqual([]);
  });

  it("do what was asked again of a message that was parked meanwhile", async () => {
    const { engine, actions, become } = await onItsWay();
    const edited = actions.edit("c-3", "other");
    engine.answers["queue.updateQueuedMessage"] = true;
    become({ ...waiting, state: "failed" });
    expect(await edited).toBeUndefined();
    expect(engine.called("queue.retryMessage")).toEqual([["c-3"]]);
    await expect(actions.react("c-3", "👍")).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("add a reaction, and take back the own one, without a connection too", async () => {
    const reactions = [{ emoji: "👍", userIds: ["alice"] }];
    const { engine, actions } = await inRoom({ ...sent, reactions });
    await actions.react("m-1", "👍");
    engine.sink(SinkKind.Auth, { userId: "alice", sessionId: "s", rooms: [] });
    engine.sink(SinkKind.Auth, null);
    await actions.react("m-1", "👍");
    await actions.react("m-1", "🎉");
    expect(engine.called("addReaction")).toEqual([
      ["general", "m-1", "👍"],
      ["general", "m-1", "🎉"],
    ]);
    expect(engine.called("removeReaction")).toEqual([["general", "m-1", "👍"]]);
  });

  it("retry and discard by the key, or the id in the queue", async () => {
    const { engine, actions } = await inRoom(failed);
    expect(actions.retry("c-2")).toBe(true);
    expect(actions.discard("e-9")).toBe(true);
    expect(engine.called("queue.retryMessage")).toEqual([["c-2"]]);
    expect(engine.called("queue.removeFromQueue")).toEqual([["e-9"]]);
  });
});
