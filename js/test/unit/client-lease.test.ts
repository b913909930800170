import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Offer } from "../../src/react/offers.js";
import { fresh } from "./fresh.js";

const alice: Offer = { identity: "user:alice", token: "user:alice", config: {} };
const bob: Offer = { identity: "user:bob", token: "user:bob", config: {} };

async function leased() {
  const lib = await fresh();
  const { leaseOf } = await import("../../src/react/client-lease.js");
  const client = new lib.RealtimeClient();
  await lib.init();
  return { ...lib, client, lease: leaseOf(client), leaseOf };
}

const ask = (token: unknown) => (typeof token === "function" ? token() : token);
const nextTask = () => new Promise((resolve) => setTimeout(resolve));
const settled = async (client: { isConnected: boolean }) =>
  vi.waitFor(() => expect(client.isConnected).toBe(true));

describe("ClientLease", () => {
  it("is one per client", async () => {
    const { client, lease, leaseOf } = await leased();
    expect(leaseOf(client)).toBe(lease);
  });

  it("connects once for many components of one user", async () => {
    const { client, lease, fake } = await leased();
    for (let mount = 0; mount < 100; mount += 1) {
      lease.retain();
      lease.offer(alice, true);
    }
    await settled(client);
    expect(fake.engines).toHaveLength(1);
    expect(fake.engine.called("connect")).toEqual([["user:alice"]]);
  });

  it("keeps the connection when a component mounts again at once, as StrictMode does", async () => {
    const { client, lease, fake } = await leased();
    const release = lease.retain();
    lease.offer(alice, true);
    await settled(client);
    release();
    release();
    lease.retain();
    lease.offer(alice, true);
    await nextTask();
    expect(fake.engine.called("disconnect")).toEqual([]);
    expect(fake.engine.called("connect")).toHaveLength(1);
  });

  it("disconnects after the last component is gone, and not before", async () => {
    const { client, lease, fake } = await leased();
    const [first, second] = [lease.retain(), lease.retain()];
    lease.offer(alice, true);
    await settled(client);
    first();
    await nextTask();
    expect(client.isConnected).toBe(true);
    second();
    await nextTask();
    expect(fake.engine.called("disconnect")).toHaveLength(1);
  });

  it("leaves a connection alone that the app had made itself", async () => {
    const { client, lease, fake } = await leased();
    await client.connect("the app's");
    const release = lease.retain();
    lease.offer(alice, true);
    lease.offer({ ...alice, token: () => "hers" }, true);
    release();
    await nextTask();
    expect(client.isConnected).toBe(true);
    expect(fake.engine.called("disconnect")).toEqual([]);
    expect(fake.engine.called("updateToken")).toEqual([]);
    await client.reconnect();
    await client.connect();
    expect(fake.engine.called("connect").at(-1)).toEqual(["the app's"]);
  });

  it("lets an explicit disconnect stand, whoever mounts afterwards", async () => {
    const { client, lease } = await leased();
    lease.retain();
    lease.offer(alice, true);
    await settled(client);
    lease.close();
    lease.retain();
    lease.offer(alice, true);
    await nextTask();
    expect(client.state).toBe("disconnected");
    await lease.open(alice);
    expect(client.isConnected).toBe(true);
  });

  it("gives another user another engine, with nothing of the first one in it", async () => {
    const { client, lease, fake } = await leased();
    lease.retain();
    lease.offer(alice, true);
    await settled(client);
    const first = fake.engine;
    lease.offer(bob, true);
    await vi.waitFor(() => expect(fake.engine.called("connect")).toEqual([["user:bob"]]));
    expect(first.called("destroy")).toHaveLength(1);
    expect(fake.engines).toHaveLength(2);
  });

  it("gives another user another engine, and the same one theirs, after all components were gone", async () => {
    const { client, lease, fake } = await leased();
    const visit = async (user: Offer) => {
      const release = lease.retain();
      lease.offer(user, true);
      await settled(client);
      release();
      await nextTask();
      expect(client.isConnected).toBe(false);
    };
    await visit(alice);
    await client.rooms.joinRoom("alice's");
    await visit(alice);
    expect(fake.engines).toHaveLength(1);
    const first = fake.engine;
    await visit(bob);
    expect(first.called("destroy")).toHaveLength(1);
    expect(fake.engines).toHaveLength(2);
    expect(client.getSnapshot("rooms")).toEqual([]);
  });

  it("leaves a connection alone that the app made itself after all components were gone", async () => {
    const { client, lease, fake } = await leased();
    const release = lease.retain();
    lease.offer(alice, true);
    await settled(client);
    release();
    await nextTask();
    await client.connect("the app's");
    lease.retain();
    lease.offer(bob, true);
    await nextTask();
    expect(client.isConnected).toBe(true);
    expect(fake.engines).toHaveLength(1);
  });

  it("begins anew with a client that was destroyed", async () => {
    const { client, lease, fake } = await leased();
    const here = { ...alice, config: { url: "http://here" } };
    const release = lease.retain();
    lease.offer(here, true)();
    await settled(client);
    release();
    client.destroy();
    lease.retain();
    lease.offer(here, true);
    await settled(client);
    expect(fake.engines).toHaveLength(2);
    expect(fake.engine.called("initialize")[0]).toEqual([{ url: "http://here" }]);
    expect(fake.engine.called("connect")).toEqual([["user:alice"]]);
  });

  it("leaves a client alone that the app destroyed and uses for somebody else", async () => {
    const { client, lease } = await leased();
    const release = lease.retain();
    lease.offer(alice, true);
    await settled(client);
    client.destroy();
    await client.connect("the app's");
    lease.signOut("user:alice");
    release();
    await nextTask();
    expect(client.isConnected).toBe(true);
  });

  it("signs out: disconnects, and forgets the token", async () => {
    const { client, lease, fake } = await leased();
    lease.retain();
    lease.offer(alice, true);
    await settled(client);
    lease.signOut("user:bob");
    expect(client.isConnected).toBe(true);
    lease.signOut("user:alice");
    expect(client.state).toBe("disconnected");
    await client.connect();
    expect(fake.engine.called("connect")).toEqual([[undefined]]);
  });

  it("shows the server a new token of the same user, without a new connection", async () => {
    const { client, lease, fake } = await leased();
    lease.retain();
    lease.offer(alice, true);
    await settled(client);
    lease.offer({ ...alice, token: "renewed" }, true);
    lease.offer({ ...alice, token: "renewed" }, true);
    expect(fake.engine.called("updateToken")).toEqual([["renewed"]]);
    expect(fake.engine.called("connect")).toHaveLength(1);
  });

  it("shows the server a token callback that comes after a token, once", async () => {
    const { client, lease, fake } = await leased();
    lease.retain();
    lease.offer(alice, true);
    await settled(client);
    lease.offer({ ...alice, token: () => "hers" }, true);
    lease.offer({ ...alice, token: () => "hers too" }, true);
    const updates = fake.engine.called("updateToken");
    expect(updates).toHaveLength(1);
    expect(ask(updates[0]?.[0])).toBe("hers too");
    lease.offer({ ...alice, token: "a text" }, true);
    expect(fake.engine.called("updateToken").at(-1)).toEqual(["a text"]);
  });

  it("asks the callback of the component that came last, of those that are there", async () => {
    const { client, lease, fake } = await leased();
    lease.retain();
    lease.offer({ ...alice, token: () => "the layout's" }, true);
    await settled(client);
    const [[asked]] = fake.engine.called("connect") as [[unknown]];
    expect(ask(asked)).toBe("the layout's");
    const leave = lease.offer({ ...alice, token: () => "the page's" }, true);
    expect(ask(asked)).toBe("the page's");
    leave();
    expect(ask(asked)).toBe("the layout's");
    expect(fake.engine.called("updateToken")).toEqual([]);
  });

  it("asks the last callback where no component is left to ask", async () => {
    const { client, lease, fake } = await leased();
    lease.retain();
    const leave = lease.offer({ ...alice, token: () => "hers" }, true);
    await settled(client);
    leave();
    expect(ask(fake.engine.called("connect")[0]?.[0])).toBe("hers");
  });

  it.each([
    ["before", false],
    ["after", true],
  ])("keeps a token that a component gives which comes %s one without", async (_, isLast) => {
    const { client, lease, fake } = await leased();
    const hers = { ...alice, token: () => "hers" };
    const [first, second] = isLast ? [alice, hers] : [hers, alice];
    lease.retain();
    lease.offer(first, false);
    lease.offer(second, true);
    await settled(client);
    expect(ask(fake.engine.called("connect")[0]?.[0])).toBe("hers");
    lease.offer({ ...alice, config: { timeout: 5 } }, true);
    await lease.open(alice);
    expect(fake.engine.called("updateToken")).toEqual([]);
    expect(ask(fake.engine.called("connect").at(-1)?.[0])).toBe("hers");
  });

  it("passes options on when they change, and reconnects only for another address", async () => {
    const { client, lease, fake } = await leased();
    lease.retain();
    lease.offer({ ...alice, config: { url: "http://one" } }, true);
    await settled(client);
    lease.offer({ ...alice, config: { url: "http://one", timeout: 5 } }, true);
    expect(fake.engine.called("reconnect")).toEqual([]);
    lease.offer({ ...alice, config: { url: "http://two", timeout: 5 } }, true);
    await vi.waitFor(() => expect(fake.engine.called("reconnect")).toHaveLength(1));
    expect(fake.engine.called("initialize").at(-1)).toEqual([{ url: "http://two", timeout: 5 }]);
  });

  it("throws nothing into React where the engine has crashed", async () => {
    const { client, lease, fake } = await leased();
    const release = lease.retain();
    lease.offer(alice, true);
    await settled(client);
    fake.engine.trapped = true;
    expect(() => client.emit("x")).toThrow("recover()");
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    lease.offer({ ...alice, token: "renewed" }, true);
    release();
    vi.runAllTimers();
    expect(() => client.disconnect()).toThrow("recover()");
  });

  it("reports nothing of a connection that was given up, by whomever", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { client, lease, fake } = await leased();
    lease.retain();
    lease.offer(alice, true);
    lease.offer(bob, true);
    await settled(client);
    expect(fake.engine.called("connect")).toEqual([["user:bob"]]);
    lease.signOut("user:bob");
    lease.offer(alice, true);
    client.disconnect();
    await nextTask();
    expect(report).not.toHaveBeenCalled();
  });

  it("reports a refused option instead of throwing it into React", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { client, lease, fake } = await leased();
    lease.retain();
    lease.offer(alice, true);
    await settled(client);
    const refusal = { code: "VALIDATION_ERROR", retryable: false };
    fake.engine.refusal = Object.assign(new Error("refused"), refusal);
    lease.offer({ ...alice, config: { timeout: -1 } }, true);
    expect(report).toHaveBeenCalledWith(fake.engine.refusal);
  });
});
