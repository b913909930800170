import type { EngineHost } from "./engine-host.js";

const hosts = new WeakMap<object, EngineHost>();

/** Remembers whose engine it is: the host is no part of a client's public surface. */
export function setHost(client: object, host: EngineHost): void {
  hosts.set(client, host);
}

/** The engine behind a client, for this package's own services. */
export function hostOf(client: object): EngineHost {
  const host = hosts.get(client);
  if (!host) throw new TypeError("Not a RealtimeClient of this package");
  return host;
}
