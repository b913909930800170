import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as operations from "../../../src/presence/graphql-operations.js";
import { GraphqlSource } from "../../../src/presence/graphql-source.js";

const row = {
  id: "s1",
  user_id: "alice",
  visibility: "contacts",
  show_last_seen: true,
  show_online_status: false,
  allow_read_receipts: true,
  invisible_mode: false,
};

/** Answers each request with the next of these, and remembers what was asked. */
function endpoint(...answers: (object | number)[]) {
  const asked: { query: string; variables: object; authorization: string | undefined }[] = [];
  vi.stubGlobal("fetch", async (_: string, { headers, body }: RequestInit) => {
    const { Authorization } = headers as Record<string, string>;
    asked.push({ ...JSON.parse(String(body)), authorization: Authorization });
    const answer = answers.shift() ?? 500;
    return typeof answer === "number"
      ? new Response("", { status: answer })
      : Response.json(answer);
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe("the GraphQL source", () => {
  it("reads settings with the token, and null where there are none", async () => {
    const asked = endpoint(
      { data: { nchat_presence_settings_by_pk: row } },
      { data: { nchat_presence_settings_by_pk: null } },
    );
    const source = new GraphqlSource("https://api.test/v1/graphql", async () => "a token");
    expect(await source.settings("alice")).toEqual({
      id: "s1",
      userId: "alice",
      visibility: "contacts",
      showLastSeen: true,
      showOnlineStatus: false,
      allowReadReceipts: true,
      invisibleMode: false,
    });
    expect(await source.settings("bob")).toBeNull();
    expect(asked[0]).toMatchObject({
      variables: { userId: "alice" },
      authorization: "Bearer a token",
    });
  });

  it("changes one setting without resetting the others", async () => {
    const asked = endpoint(
      { data: { nchat_presence_settings_by_pk: row } },
      { data: { insert_nchat_presence_settings_one: { ...row, invisible_mode: true } } },
    );
    const source = new GraphqlSource("https://api.test", () => null);
    expect((await source.update("alice", { invisibleMode: true })).invisibleMode).toBe(true);
    expect(asked[1]).toMatchObject({
      variables: {
        userId: "alice",
        visibility: "contacts",
        showLastSeen: true,
        showOnlineStatus: false,
        allowReadReceipts: true,
        invisibleMode: true,
      },
      authorization: undefined,
    });
  });

  it("changes nothing where it cannot read what there is", async () => {
    const asked = endpoint(503);
    const source = new GraphqlSource("https://api.test", () => null);
    await expect(source.update("alice", { invisibleMode: true })).rejects.toMatchObject({
      code: "INTERNAL_ERROR",
      retryable: true,
    });
    expect(asked).toHaveLength(1);
  });

  it("asks for a contact from the target's side", async () => {
    const none = { nchat_direct_messages: [], nchat_contacts: [] };
    const asked = endpoint(
      { data: none },
      { data: { ...none, nchat_contacts: [{ contact_user_id: "viewer" }] } },
      { data: { ...none, nchat_direct_messages: [{ id: "dm" }] } },
    );
    const source = new GraphqlSource("https://api.test", () => null);
    const answers = [];
    for (let count = 0; count < 3; count += 1) {
      answers.push(await source.isContact("viewer", "target"));
    }
    expect(answers).toEqual([false, true, true]);
    expect(asked[0]?.variables).toEqual({ viewerId: "target", targetId: "viewer" });
  });

  it("lists contacts and partners of conversations once each, and never oneself", async () => {
    endpoint({
      data: {
        nchat_dm_participants: [
          { dm: { participants: [{ user_id: "alice" }, { user_id: "bob" }] } },
          { dm: null },
        ],
        nchat_contacts: [{ contact_user_id: "bob" }, { contact_user_id: "carol" }],
      },
    });
    const source = new GraphqlSource("https://api.test", () => null);
    expect((await source.contacts("alice")).sort()).toEqual(["bob", "carol"]);
  });

  it.each([
    ["an error", { errors: [{ message: "no" }], data: { nchat_presence_settings_by_pk: row } }],
    ["no data", {}],
    ["a status that is none of success", 403],
  ])("rejects %s", async (_, answer) => {
    endpoint(answer);
    const source = new GraphqlSource("https://api.test", () => null);
    await expect(source.settings("alice")).rejects.toThrow();
  });
});

describe("the operations", () => {
  it.each([
    ["get-presence-settings", operations.GET_PRESENCE_SETTINGS],
    ["update-presence-settings", operations.UPDATE_PRESENCE_SETTINGS],
    ["check-contact-relationship", operations.CHECK_CONTACT_RELATIONSHIP],
    ["get-user-contacts", operations.GET_USER_CONTACTS],
  ])("are those of the file %s.graphql", (name, operation) => {
    const file = new URL(`../../../../src/wire/graphql/${name}.graphql`, import.meta.url);
    expect(bare(operation)).toBe(bare(readFileSync(fileURLToPath(file), "utf8")));
  });
});

/** Without what means nothing to GraphQL: blanks and commas. */
function bare(operation: string): string {
  return operation
    .replace(/[\s,]+/g, " ")
    .replace(/ ?([(){}[\]:]) ?/g, "$1")
    .trim();
}
