import { describe, expect, it } from "vitest";
import { identityOf } from "../../src/react/session.js";

const token = async () => "a token";

describe("identityOf", () => {
  it("is whom the app names, in either form", () => {
    expect(identityOf({ userId: "alice", token })).toBe("user:alice");
    expect(identityOf({ user: { id: "alice" }, token })).toBe("user:alice");
    expect(identityOf({ userId: null, user: { id: "alice" } })).toBe("user:alice");
  });

  it("is nobody where the app says so, whatever the token", () => {
    expect(identityOf({ userId: null, token })).toBeUndefined();
    expect(identityOf({ user: null, token: "a token" })).toBeUndefined();
    expect(identityOf({ userId: "", token })).toBeUndefined();
    expect(identityOf({ user: { id: "" } })).toBeUndefined();
  });

  it("is the token's user where the app does not say who that is", () => {
    expect(identityOf({ token })).toBe("token:callback");
    expect(identityOf({ userId: undefined, token: "a token" })).toBe("token:a token");
    expect(identityOf({ token: null })).toBeUndefined();
  });
});
