import { afterEach, describe, expect, it, vi } from "vitest";
import { defaultUrl, definedOnly, featureDefaults } from "../../src/config.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe("defaultUrl", () => {
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

describe("featureDefaults", () => {
  const ALL_ON = { presence: true, typing: true, delivery: true, queue: true, autoSync: true };

  it("are all on where the environment says nothing, or a page knows no process", () => {
    expect(featureDefaults()).toEqual(ALL_ON);
    vi.stubGlobal("process", undefined);
    expect(featureDefaults()).toEqual(ALL_ON);
  });

  it.each([
    ["USER_PRESENCE", "presence"],
    ["TYPING_INDICATORS", "typing"],
    ["DELIVERY_RECEIPTS", "delivery"],
    ["OFFLINE_QUEUE", "queue"],
    ["AUTO_SYNC", "autoSync"],
  ])("%s switches one off by the text false, and by no other", (variable, feature) => {
    for (const text of ["true", "", "0", "FALSE"]) {
      vi.stubEnv(`NEXT_PUBLIC_FEATURE_${variable}`, text);
      expect(featureDefaults()).toEqual(ALL_ON);
    }
    vi.stubEnv(`NEXT_PUBLIC_FEATURE_${variable}`, "false");
    expect(featureDefaults()).toEqual({ ...ALL_ON, [feature]: false });
  });
});

describe("definedOnly", () => {
  it("drops undefined and null, and keeps false and zero", () => {
    const given = { url: undefined, token: null, debug: false, timeout: 0 };
    expect(definedOnly(given)).toEqual({ debug: false, timeout: 0 });
  });
});
