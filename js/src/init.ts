import load, { type InitInput } from "../wasm/nchat_realtime.js";
import { realtimeError } from "./errors.js";

/** Where the WebAssembly module comes from: an address, an answer to a request, bytes, or a compiled module. */
export type InitSource = InitInput | Promise<InitInput>;

let packagedModule: () => InitInput | Promise<InitInput> = besideThisFile;
let loading: Promise<void> | undefined;
let loaded = false;
/** Who is to be called once the module is there. */
const waiting = new Set<() => void>();

/**
 * Loads the WebAssembly module. Idempotent: the first call loads, all others wait for the same
 * load, and their argument is not looked at. After a failure the next call tries again.
 *
 * Without an argument the module that lies in the package is used: fetched in a browser, read
 * from disk in Node. A server bundle may leave it out; then pass its bytes.
 *
 * @param source - An address (`string`, `URL`, `Request`), a `Response`, the bytes, a
 * `WebAssembly.Module`, or a promise of one of them.
 * @throws `INIT_FAILED` with the reason as `cause`.
 */
export function init(source?: InitSource): Promise<void> {
  loading ??= start(source).catch((cause: unknown) => {
    loading = undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `The WebAssembly module could not be loaded: ${reason}`;
    throw realtimeError("INIT_FAILED", message, { cause, retryable: true });
  });
  return loading;
}

/** Whether the module is there: after a call of {@link init} that resolved. */
export function isInitialized(): boolean {
  return loaded;
}

/** The load under way or done, without starting one. */
export function initUnderWay(): Promise<void> | undefined {
  return loading;
}

/** Calls back once the module is there, in a later microtask, whoever loads it; without loading it. */
export function onceLoaded(callback: () => void): void {
  if (loaded) queueMicrotask(callback);
  else waiting.add(callback);
}

async function start(source: InitSource | undefined): Promise<void> {
  await load({ module_or_path: source ?? packagedModule() });
  loaded = true;
  for (const callback of waiting) queueMicrotask(callback);
  waiting.clear();
}

/** Says what {@link init} loads without an argument, instead of the file in the package. */
export function setPackagedModule(source: () => InitInput | Promise<InitInput>): void {
  packagedModule = source;
}

function besideThisFile(): InitInput | Promise<InitInput> {
  const url = new URL("../wasm/nchat_realtime_bg.wasm", import.meta.url);
  return isNode() ? readInNode(url) : url;
}

/** The little of Node that is used, without its types and without an import for bundlers to stumble over. */
interface NodeProcess {
  versions?: { node?: string };
  getBuiltinModule?(name: "node:fs/promises"): { readFile(path: URL): Promise<BufferSource> };
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

function isNode(): boolean {
  return typeof window === "undefined" && nodeProcess()?.versions?.node !== undefined;
}

async function readInNode(url: URL): Promise<BufferSource> {
  const fs = nodeProcess()?.getBuiltinModule?.("node:fs/promises");
  if (url.protocol !== "file:" || !fs) {
    throw new Error("the file is not at hand here; pass its bytes: `await init(bytes)`");
  }
  return fs.readFile(url);
}
