import { describe, expectTypeOf, it } from "vitest";
import type { MessageEvent, RealtimeClient, RealtimeError, RoomsService } from "../../src/index.js";

/** Checked by the compiler; nothing of it runs. */
function compiled(client: RealtimeClient, rooms: RoomsService): void {
  client.on("message:new", (data) => expectTypeOf(data).toEqualTypeOf<MessageEvent>());
  client.on("error", (error) => expectTypeOf(error).toEqualTypeOf<RealtimeError>());
  client.on("poll:new", (data) => expectTypeOf(data).toBeAny());
  client.on<{ id: string }>("poll:new", (data) => expectTypeOf(data.id).toBeString());
  client.on("message", new Set().add);
  client.emit("typing:start", { channelId: "c" }, (response) => expectTypeOf(response).toBeAny());
  client.emit("ask", (answer: number) => answer);
  expectTypeOf(client.emitAsync("channel:join", { channelId: "c" })).resolves.toBeAny();
  client.queue.subscribe((event) => expectTypeOf(event).toExtend<string>());
  client.queue.subscribe((event, data) => {
    if (event === "message:failed") expectTypeOf(data.error).toBeString();
  });
  expectTypeOf(client.connect).toBeCallableWith("user-1", async () => "token");
  expectTypeOf(rooms.getRoomMembers("r")[0]?.joinedAt).toEqualTypeOf<Date | undefined>();
}

describe("types", () => {
  it("compile as the documents use them", () => {
    expectTypeOf(compiled).toBeFunction();
  });
});
