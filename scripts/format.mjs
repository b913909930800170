// Formats everything: Rust with rustfmt, TypeScript and JSON with biome.
import { run } from "./lib/run.mjs";

await run(["cargo", "fmt", "--all"]);
await run(["biome", "check", "--write", "."]);
