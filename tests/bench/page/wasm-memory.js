// How much memory WebAssembly has in this page. To be loaded before what is measured.
const memories = new Set();

for (const name of ["instantiate", "instantiateStreaming"]) {
  const original = WebAssembly[name];
  WebAssembly[name] = async (...args) => {
    const result = await original(...args);
    const { exports } = result.instance ?? result;
    for (const one of Object.values(exports)) {
      if (one instanceof WebAssembly.Memory) memories.add(one);
    }
    return result;
  };
}

/** Bytes of all of it. */
export function wasmBytes() {
  let bytes = 0;
  for (const { buffer } of memories) bytes += buffer.byteLength;
  return bytes;
}
