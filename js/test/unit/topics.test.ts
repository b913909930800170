import { describe, expect, it, vi } from "vitest";
import { SinkKind } from "../../src/sink.js";
import { messageTopic, partsOfMessageTopic } from "../../src/topics.js";
import type { MessageEvent } from "../../src/types.js";
import { connected } from "./fresh.js";

const message = (key: string, content = key) =>
  ({ clientMessageId: key, messageId: `m-${key}`, content }) as MessageEvent;

describe("the topic of one message", () => {
  it("is told apart for rooms and keys with colons in them", () => {
    for (const parts of [
      ["general", "c-1"],
      ["channel:1", "a:b"],
      ["", ":"],
      ["12:x", ""],
    ] as const) {
      expect(partsOfMessageTopic(messageTopic(parts[0], parts[1]))).toEqual(parts);
    }
  });

  it("changes with its message, and with no other", async () => {
    const { client, engine } = await connected();
    engine.messages = [message("a"), message("b")];
    const [a, b] = [messageTopic("general", "a"), messageTopic("general", "b")];
    const [changedA, changedB] = [vi.fn(), vi.fn()];
    client.subscribe(a, changedA);
    client.subscribe(b, changedB);
    expect(client.getSnapshot(a)?.content).toBe("a");
    const before = client.getSnapshot(b);
    engine.sink(SinkKind.TimelineSplice, "general", 0, 1, message("a", "edited"));
    await Promise.resolve();
    expect(client.getSnapshot(a)?.content).toBe("edited");
    expect(client.getSnapshot(b)).toBe(before);
    expect([changedA, changedB].map((one) => one.mock.calls.length)).toEqual([1, 0]);
  });

  it("follows messages that come, move on and go, and a timeline that begins anew", async () => {
    const { client, engine } = await connected();
    engine.messages = [message("a")];
    const [a, b] = [messageTopic("general", "a"), messageTopic("general", "b")];
    expect(client.getSnapshot(b)).toBeUndefined();
    client.subscribe(a, vi.fn());
    client.subscribe(b, vi.fn());
    engine.sink(SinkKind.Next, ["message:new", message("b")], "general", 1, true);
    expect(client.getSnapshot(a)).toBeUndefined();
    expect(client.getSnapshot(b)?.messageId).toBe("m-b");
    engine.messages = [message("a", "again")];
    engine.sink(SinkKind.TimelineReset, "general");
    expect(client.getSnapshot(b)).toBeUndefined();
    expect(client.getSnapshot(a)?.content).toBe("again");
  });

  it("is of its own room only", async () => {
    const { client, engine } = await connected();
    engine.messages = [message("a")];
    const elsewhere = vi.fn();
    client.subscribe(messageTopic("plans", "a"), elsewhere);
    client.getSnapshot(messageTopic("plans", "a"));
    engine.sink(SinkKind.TimelineSplice, "general", 0, 1, message("a", "edited"));
    await Promise.resolve();
    expect(elsewhere).not.toHaveBeenCalled();
  });
});

describe("what is missing of a room", () => {
  it("is read when it is asked for, and again when the engine says that it changed", async () => {
    const { client, engine } = await connected();
    expect(client.rooms.getGaps("general")).toEqual([]);
    engine.answers["rooms.gaps"] = [{ fromSeq: 3, toSeq: 5 }];
    expect(client.rooms.getGaps("general")).toEqual([]);
    engine.sink(SinkKind.Gaps, "general");
    expect(client.rooms.getGaps("general")).toEqual([{ fromSeq: 3, toSeq: 5 }]);
  });
});
