import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { startServer, stopServer } from "./test/browser/server-commands.js";

const root = fileURLToPath(new URL(".", import.meta.url));

/**
 * `unit` runs in Node over a fake engine, `node` there with the real one, `browser` in Chromium
 * with the real one and a server.
 */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        resolve: {
          alias: [
            {
              find: /^.*\/wasm\/nchat_realtime\.js$/,
              replacement: fileURLToPath(new URL("test/fake/nchat_realtime.ts", import.meta.url)),
            },
          ],
        },
        test: {
          name: "unit",
          root,
          include: ["test/unit/**/*.test.{ts,tsx}"],
          restoreMocks: true,
        },
      },
      {
        // It compiles the module, beside a browser that does the same.
        test: { name: "node", root, include: ["test/node/**/*.test.ts"], testTimeout: 20_000 },
      },
      {
        optimizeDeps: { include: ["react", "react-dom/client", "react-dom/server.browser"] },
        test: {
          name: "browser",
          root,
          include: ["test/browser/**/*.test.{ts,tsx}"],
          globalSetup: ["test/browser/global-setup.ts"],
          testTimeout: 20_000,
          restoreMocks: true,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" },
            }),
            instances: [{ browser: "chromium" }],
            commands: { startServer, stopServer },
          },
        },
      },
    ],
  },
});
