import type { RealtimeConnectionState } from "./types.js";

/** What is printed where the state's name says too little. */
const TEXT: Partial<Record<RealtimeConnectionState, string>> = {
  connected: "Connected to server",
  disconnected: "Disconnected from server",
};

/** The documented `debug` option: a line on the console for every change of state. */
export function logState(state: RealtimeConnectionState): void {
  // biome-ignore lint/suspicious/noConsole: printing is what the option asks for
  console.debug(`[RealtimeClient] ${TEXT[state] ?? state}`);
}
