import { expect, it, vi } from "vitest";
import { EngineListeners } from "../../src/engine-listeners.js";

const message = {
  roomName: "general",
  messageId: "m-1",
  userId: "alice",
  content: "hello",
  timestamp: "2026-01-01T00:00:00Z",
};
const asTheGuideHasIt = {
  ...message,
  id: "m-1",
  channelId: "general",
  createdAt: "2026-01-01T00:00:00Z",
};

function listening() {
  const listeners = new EngineListeners();
  const heard = vi.fn();
  listeners.events.add("message", heard);
  return { listeners, heard };
}

it("tells a `message:new` to who listens to `message`, under the guide's names too", () => {
  const { listeners, heard } = listening();
  listeners.emitEvent(["message:new", message]);
  expect(heard.mock.calls).toEqual([[asTheGuideHasIt]]);
});

it("tells it once where the server repeats it, or sends both events", () => {
  const { listeners, heard } = listening();
  listeners.emitEvent(["message:new", message]);
  listeners.emitEvent(["message", asTheGuideHasIt]);
  listeners.emitEvent(["message:new", message]);
  expect(heard).toHaveBeenCalledTimes(1);
});

it("tells it once where the server's `message` comes first", () => {
  const { listeners, heard } = listening();
  listeners.emitEvent(["message", asTheGuideHasIt]);
  listeners.emitEvent(["message:new", message]);
  listeners.emitEvent(["message", asTheGuideHasIt]);
  expect(heard.mock.calls).toEqual([[asTheGuideHasIt]]);
});

it("hands on a `message` that the server alone sends, whatever it is", () => {
  const { listeners, heard } = listening();
  const bodies = [{ id: "m-2" }, { messageId: "m-3" }, "text", null, undefined];
  for (const body of bodies) listeners.emitEvent(["message", body]);
  expect(heard.mock.calls).toEqual(bodies.map((body) => [body]));
});

it("tells every message of a server that gives no ids", () => {
  const { listeners, heard } = listening();
  const { messageId: _, ...anonymous } = message;
  listeners.emitEvent(["message:new", anonymous]);
  listeners.emitEvent(["message:new", anonymous]);
  expect(heard).toHaveBeenCalledTimes(2);
});

it("remembers a bounded number of ids", () => {
  const { listeners, heard } = listening();
  for (let number = 0; number <= 100; number += 1) {
    listeners.emitEvent(["message:new", { ...message, messageId: `m-${number}` }]);
  }
  listeners.emitEvent(["message", { messageId: "m-100" }]);
  expect(heard).toHaveBeenCalledTimes(101);
  listeners.emitEvent(["message", { messageId: "m-0" }]);
  expect(heard).toHaveBeenCalledTimes(102);
});

it("passes over a `message:new` without a body", () => {
  const { listeners, heard } = listening();
  listeners.emitEvent(["message:new"]);
  expect(heard).not.toHaveBeenCalled();
});
