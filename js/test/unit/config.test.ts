import { afterEach, describe, expect, it, vi } from "vitest";
import { defaultUrl, definedOnly } from "../../src/config.js";

describe("defaultUrl", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });

  it("is the local server where the environment says nothing", () => {
    expect(defaultUrl()).toBe("http://localhost:3101");
  });

  it("takes the variables in the documented order, and passes over empty ones", () => {
    vi.stubEnv("NEXT_PUBLIC_SOCKET_URL", "http://third");
    expect(defaultUrl()).toBe("http://third");
    vi.stubEnv("NEXT_PUBLIC_REALTIME_WS_URL", "ws://second");
    expect(defaultUrl()).toBe("ws://second");
    vi.stubEnv("NEXT_PUBLIC_REALTIME_URL", "http://first");
    expect(defaultUrl()).toBe("http://first");
    vi.stubEnv("NEXT_PUBLIC_REALTIME_URL", "");
    expect(defaultUrl()).toBe("ws://second");
  });

  it("works in a page that knows no process", () => {
    vi.stubGlobal("process", undefined);
    expect(defaultUrl()).toBe("http://localhost:3101");
  });
});

describe("definedOnly", () => {
  it("drops undefined and null, and keeps false and zero", () => {
    const given = { url: undefined, token: null, debug: false, timeout: 0 };
    expect(definedOnly(given)).toEqual({ debug: false, timeout: 0 });
  });
});
