/**
 * The package with the WebAssembly module inside, for bundlers that do not carry the file along
 * (esbuild, Rollup), and for single-file builds. It exports what `nchat-realtime` exports; once
 * imported, `init()` without an argument fetches nothing anywhere, `nchat-realtime/react`
 * included. A third larger than the file.
 */
import base64 from "../wasm/inline.js";
import { setPackagedModule } from "./init.js";

export * from "./index.js";
export { default } from "./index.js";

setPackagedModule(() => decode(base64));

function decode(text: string): Uint8Array<ArrayBuffer> {
  const native = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (native.fromBase64) return native.fromBase64(text);
  const binary = atob(text);
  return Uint8Array.from(binary, (byte) => byte.charCodeAt(0));
}
