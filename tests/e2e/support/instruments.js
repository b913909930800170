// Counts what a page has alive: timers, sockets, requests, and listeners of window and document.
// Run before the package is loaded; what it found is in `alive`.
{
  const timers = new Set();
  const sockets = new Set();
  const requests = new Set();
  const listeners = new Set();
  const attempts = [];
  let mostSockets = 0;
  let memory;

  window.alive = {
    /** How many of each there are now. */
    get counts() {
      const sizes = Object.entries({ timers, sockets, requests, listeners });
      return Object.fromEntries(sizes.map(([name, { size }]) => [name, size]));
    },
    /** When each WebSocket was opened, in milliseconds. */
    attempts,
    /** How many WebSockets there were at once at most. */
    get mostSockets() {
      return mostSockets;
    },
    /** The memory of the WebAssembly module, in bytes. */
    get wasmBytes() {
      return memory.buffer.byteLength;
    },
  };

  const { setTimeout, clearTimeout, setInterval, clearInterval, fetch } = window;
  window.setTimeout = (callback, ...rest) => {
    const timer = setTimeout(
      (...args) => {
        timers.delete(timer);
        callback(...args);
      },
      ...rest,
    );
    timers.add(timer);
    return timer;
  };
  window.setInterval = (...args) => {
    const timer = setInterval(...args);
    timers.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => {
    timers.delete(timer);
    clearTimeout(timer);
  };
  window.clearInterval = (timer) => {
    timers.delete(timer);
    clearInterval(timer);
  };
  window.fetch = (...args) => {
    const request = fetch(...args);
    requests.add(request);
    const done = () => requests.delete(request);
    request.then(done, done);
    return request;
  };
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      attempts.push(performance.now());
      sockets.add(this);
      mostSockets = Math.max(mostSockets, sockets.size);
      this.addEventListener("close", () => sockets.delete(this), { once: true });
    }
    close(...args) {
      sockets.delete(this);
      super.close(...args);
    }
  };

  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const keys = new Map();
  const keyOf = (target, name, listener) => {
    if (target !== window && target !== document) return undefined;
    if (!keys.has(listener)) keys.set(listener, keys.size);
    return `${target === window ? "window" : "document"} ${name} ${keys.get(listener)}`;
  };
  EventTarget.prototype.addEventListener = function (name, listener, ...rest) {
    const key = keyOf(this ?? window, name, listener);
    if (key) listeners.add(key);
    return addEventListener.call(this ?? window, name, listener, ...rest);
  };
  EventTarget.prototype.removeEventListener = function (name, listener, ...rest) {
    listeners.delete(keyOf(this ?? window, name, listener));
    return removeEventListener.call(this ?? window, name, listener, ...rest);
  };

  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...args) => {
    const result = await instantiateStreaming(...args);
    memory = result.instance.exports.memory;
    return result;
  };
}
