import { describe, expect, it, onTestFinished, vi } from "vitest";
import { fresh } from "./fresh.js";

describe("importing in Node", () => {
  it("loads nothing, starts no timer and fetches nothing", async () => {
    const timer = vi.spyOn(globalThis, "setTimeout");
    const fetched = vi.spyOn(globalThis, "fetch");
    const { fake, realtimeClient } = await fresh();
    await import("../../src/react/index.js");
    expect(fake.loads).toEqual([]);
    expect(fake.engines).toEqual([]);
    expect(realtimeClient.state).toBe("disconnected");
    expect(timer).not.toHaveBeenCalled();
    expect(fetched).not.toHaveBeenCalled();
  });

  it("renders hooks on a server as disconnected, without an effect", async () => {
    const { fake } = await fresh();
    const { createElement } = await import("react");
    const { renderToString } = await import("react-dom/server");
    const { RealtimeProvider, useRealtimeContext, useRealtimeRoom } = await import(
      "../../src/react/index.js"
    );
    function Page() {
      const { connectionState } = useRealtimeContext();
      const { messages } = useRealtimeRoom("general");
      return createElement("p", null, `${connectionState} ${messages.length}`);
    }
    const page = createElement(RealtimeProvider, { userId: "alice" }, createElement(Page));
    expect(renderToString(page)).toBe("<p>disconnected 0</p>");
    expect(fake.loads).toEqual([]);
  });

  it("takes what the environment switches off from a provider, unless the app says otherwise", async () => {
    vi.stubEnv("NEXT_PUBLIC_FEATURE_USER_PRESENCE", "false");
    vi.stubEnv("NEXT_PUBLIC_FEATURE_TYPING_INDICATORS", "false");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    await fresh();
    const { createElement, useContext } = await import("react");
    const { renderToString } = await import("react-dom/server");
    const { RealtimeProvider } = await import("../../src/react/index.js");
    const { SessionContext } = await import("../../src/react/context.js");
    function Features() {
      const session = useContext(SessionContext);
      return `${session?.enablePresence} ${session?.enableTyping}`;
    }
    const page = (props: object) =>
      renderToString(createElement(RealtimeProvider, props, createElement(Features)));
    expect(page({})).toBe("false false");
    expect(page({ enableTyping: true })).toBe("false true");
  });
});
