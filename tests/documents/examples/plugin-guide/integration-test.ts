// A test that an app writes with a client of its own.
import { RealtimeClient } from "nchat-realtime";
import { token } from "../../prelude/given";
import { describe, expect, it } from "../../prelude/test-runner";

describe("a client of one's own", () => {
  it("hears what is said in the channel that it joined", async () => {
    const client = new RealtimeClient();
    await client.connect("user-123", token);

    client.joinChannel("channel-123");

    const message = await new Promise((resolve) => {
      client.on("message", resolve);
    });

    expect(message).toHaveProperty("content");
  });
});
