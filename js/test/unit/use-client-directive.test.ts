import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const folder = new URL("../../src/react/", import.meta.url);

it.each(readdirSync(folder))("%s begins with the directive that Next.js needs", (file) => {
  expect(readFileSync(new URL(file, folder), "utf8")).toMatch(/^"use client";\n/);
});
