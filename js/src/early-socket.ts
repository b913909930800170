import { defaultUrl } from "./config.js";
import type { RealtimeClientConfig } from "./types.js";

/** A server says one thing before it is asked, and pings: one that says more is not waited for. */
const MAX_EARLY_FRAMES = 16;

/**
 * A WebSocket opened before there is an engine, so that the network and the start of WebAssembly
 * take their time together. The engine knows nothing of it: its driver takes it for the first
 * address that it opens, if that is the same.
 */
export class EarlySocket {
  readonly #url: string;
  readonly #frames: MessageEvent[] = [];
  #socket: WebSocket | undefined;

  private constructor(url: string) {
    this.#url = url;
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = (frame) => {
      if (this.#frames.push(frame) > MAX_EARLY_FRAMES) this.close();
    };
  }

  /** Opens what the engine will open first; `undefined` where that is none, or not yet known. */
  static open(config: RealtimeClientConfig): EarlySocket | undefined {
    try {
      const url = firstSocketUrl(config);
      if (!url || typeof WebSocket === "undefined" || navigator.onLine === false) return undefined;
      return new EarlySocket(url);
    } catch {
      // Options of a wrong type, or what the browser refuses: the engine finds it too, and says so.
      return undefined;
    }
  }

  /**
   * Gives the socket away if it is for `url` and has not ended. What it has brought is told once
   * more, in a microtask, to the handlers that it has by then.
   */
  take(url: string): WebSocket | undefined {
    const socket = this.#socket;
    if (url !== this.#url || !socket || socket.readyState > WebSocket.OPEN) return undefined;
    this.#socket = undefined;
    queueMicrotask(() => {
      if (socket.readyState === WebSocket.OPEN) socket.onopen?.(new Event("open"));
      for (const frame of this.#frames) socket.onmessage?.(frame);
    });
    return socket;
  }

  /** Closes the socket unless it was taken. */
  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onmessage = null;
    socket.close();
  }
}

/**
 * The address of a first WebSocket as the engine makes it, for what is plainly an address without
 * a query. For any other the engine opens its own socket.
 */
function firstSocketUrl({ url, path = "/socket.io/", transports }: RealtimeClientConfig) {
  const [, secure, host] = PLAIN_URL.exec(url ?? defaultUrl()) ?? [];
  const isFirst = transports === undefined || transports[0] === "websocket";
  if (!host || !isFirst || !PLAIN_PATH.test(path)) return undefined;
  const scheme = secure ? "wss" : "ws";
  const slash = path.endsWith("/") ? "" : "/";
  return `${scheme}://${host.toLowerCase()}${path}${slash}?EIO=4&transport=websocket`;
}

const PLAIN_URL = /^(?:http|ws)(s?):\/\/([\w.:[\]-]+)(?:[/#][^?\s]*)?$/i;
const PLAIN_PATH = /^\/[^?#\s]*$/;
