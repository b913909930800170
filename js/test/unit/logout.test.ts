import { describe, expect, it, vi } from "vitest";
import { SinkKind } from "../../src/sink.js";
import { connected, fresh } from "./fresh.js";

/** A connected client whose engine wipes until it is told how that ended. */
async function wiping() {
  const lib = await connected();
  const ends: { wiped(): void; busy(): void }[] = [];
  lib.engine.logout = vi.fn(
    () =>
      new Promise<void>((resolve, reject) => {
        const error = Object.assign(new Error("busy"), { code: "STORAGE_BUSY", retryable: true });
        ends.push({ wiped: resolve, busy: () => reject(error) });
      }),
  );
  return { ...lib, ends };
}

describe("RealtimeClient.logout", () => {
  it("lets the engine wipe until it is done, whatever becomes of the client meanwhile", async () => {
    const { client, engine, ends } = await wiping();
    const out = client.logout();
    expect(client.state).toBe("disconnected");
    client.destroy();
    expect(engine.called("destroy")).toEqual([]);
    ends[0]?.wiped();
    await out;
    expect(engine.called("destroy")).toHaveLength(1);
  });

  it("gives who signs in meanwhile another engine, and takes nothing of theirs", async () => {
    const { client, engine, fake, ends } = await wiping();
    client.updatePresence("busy");
    const out = client.logout();
    client.initialize({ userId: "bob" });
    await client.connect("bob's token");
    client.updatePresence("away");
    expect(fake.engines).toHaveLength(2);
    expect(fake.engine.called("initialize")).toEqual([
      [expect.objectContaining({ userId: "bob" })],
    ]);
    expect(fake.engine.called("presence.setStatus")).toEqual([["away"]]);
    ends[0]?.wiped();
    await out;
    engine.setState("error");
    expect(client.state).toBe("connected");
    await client.connect();
    expect(fake.engine.called("connect").at(-1)).toEqual(["bob's token"]);
  });

  it("wipes what earlier visits left, also where the module was still loading and they signed out", async () => {
    const { RealtimeClient, fake } = await fresh();
    const { hostOf } = await import("../../src/client-host.js");
    const client = new RealtimeClient();
    client.initialize({ userId: "alice" });
    const out = client.logout();
    hostOf(client).signOut();
    await out;
    expect(fake.engine.called("initialize")).toEqual([
      [expect.objectContaining({ userId: "alice" })],
    ]);
    expect(fake.engine.called("logout")).toHaveLength(1);
    expect(fake.engine.called("destroy")).toHaveLength(1);
  });

  it("asks again, the next time, for what another tab kept it from", async () => {
    const { client, engine, ends } = await wiping();
    const out = client.logout();
    ends[0]?.busy();
    await expect(out).rejects.toMatchObject({ code: "STORAGE_BUSY" });
    await client.connect("bob's token");
    const again = client.logout();
    ends[1]?.busy();
    await expect(again).rejects.toMatchObject({ code: "STORAGE_BUSY" });
    expect(engine.called("destroy")).toEqual([]);
    const last = client.logout();
    await vi.waitFor(() => expect(ends).toHaveLength(3));
    ends[2]?.wiped();
    await last;
    expect(engine.called("destroy")).toHaveLength(1);
  });

  it("goes on telling of the network", async () => {
    const { client, engine, fake } = await connected();
    const told = vi.fn();
    client.onOfflineStatusChange(told);
    await client.logout();
    expect(fake.engine).not.toBe(engine);
    fake.engine.sink(SinkKind.Online, false);
    expect(told).toHaveBeenLastCalledWith(false);
  });

  it("rejects after a crash, and signs nobody out", async () => {
    const { client, engine } = await connected();
    engine.trapped = true;
    expect(() => client.clearWasOffline()).toThrow(
      expect.objectContaining({ code: "CLIENT_CRASHED" }),
    );
    await expect(client.logout()).rejects.toMatchObject({ code: "CLIENT_CRASHED" });
    client.recover();
    await client.connect();
    expect(engine.called("connect").at(-1)).toEqual(["a token"]);
  });
});
