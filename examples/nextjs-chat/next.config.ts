import type { NextConfig } from "next";

/** With `NEXT_OUTPUT=export` the app becomes static files, which the realtime server serves itself. */
const isExported = process.env.NEXT_OUTPUT === "export";

const config: NextConfig = {
  output: isExported ? "export" : undefined,
  env: { NEXT_PUBLIC_EXPORTED: String(isExported) },
  // Other lock files lie further up: this folder is all there is to the app.
  turbopack: { root: import.meta.dirname },
  devIndicators: false,
};

export default config;
