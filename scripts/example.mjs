// Runs the example chat under `next dev`, for work on it. The server runs beside it:
//
//   cargo run --example dev-server
//   npm run example                 http://localhost:3000
import { example, installExample } from "./lib/example.mjs";
import { run } from "./lib/run.mjs";

await run(["bash", "scripts/setup"]);
await run(["node", "scripts/build.mjs"]);
await installExample();
await run(["npm", "run", "--silent", "dev"], { cwd: example });
