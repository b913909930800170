import { describe, expect, it } from "vitest";
import { typingText } from "../../../src/typing/text.js";

const users = (...names: (string | undefined)[]) =>
  names.map((userName, index) => ({ userId: `u${index}`, userName, startedAt: new Date(0) }));

describe("who types, in words", () => {
  it.each([
    [[], null],
    [["Alice"], "Alice is typing..."],
    [["Alice", "Bob"], "Alice and Bob are typing..."],
    [["Alice", "Bob", "Charlie"], "Alice, Bob, and Charlie are typing..."],
    [["Alice", "Bob", "Charlie", "Dave"], "Alice, Bob, and 2 others are typing..."],
    [["Alice", "Bob", "C", "D", "E"], "Alice, Bob, and 3 others are typing..."],
    [[undefined], "Someone is typing..."],
    [["", "Bob"], "Someone and Bob are typing..."],
  ])("%j", (names, text) => {
    expect(typingText(users(...names))).toBe(text);
  });
});
