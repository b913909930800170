// The package.json of the published package.
import { packageDescription, workspaceVersion } from "./workspace.mjs";

/** Every entry of the package: the subpath a user imports, and the compiled file behind it. */
const entries = {
  ".": "./dist/index",
  "./react": "./dist/react/index",
  "./presence": "./dist/presence-presets/index",
  // The wasm inlined as text, for bundlers that do not emit the file by themselves (esbuild, Rollup).
  "./inline": "./dist/inline",
};

/** What is written to pkg/package.json. */
export function manifest() {
  return {
    name: "nchat-realtime",
    version: workspaceVersion(),
    description: packageDescription(),
    license: "MIT OR Apache-2.0",
    keywords: ["chat", "realtime", "socket.io", "websocket", "wasm", "react", "offline"],
    type: "module",
    sideEffects: ["./dist/inline.js"],
    main: "./dist/index.js",
    types: "./dist/index.d.ts",
    exports: {
      ...Object.fromEntries(
        Object.entries(entries).map(([subpath, file]) => [
          subpath,
          { types: `${file}.d.ts`, default: `${file}.js` },
        ]),
      ),
      "./nchat_realtime_bg.wasm": "./wasm/nchat_realtime_bg.wasm",
      "./package.json": "./package.json",
    },
    files: ["dist", "wasm", "LICENSE-MIT", "LICENSE-APACHE"],
    peerDependencies: { react: ">=18" },
    peerDependenciesMeta: { react: { optional: true } },
  };
}
