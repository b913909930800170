/** Values that an app may pass by mistake or by malice, by name; each is made anew for every use. */
export const hostile = {
  undefined: () => undefined,
  null: () => null,
  nan: () => Number.NaN,
  bigint: () => 10n,
  symbol: () => Symbol("s"),
  function: () => () => "f",
  "empty string": () => "",
  "lone surrogate": () => "\ud800",
  "bidi and prototype": () => "\u202e__proto__",
  cycle: () => {
    const cycle = { a: {} };
    cycle.a.b = cycle;
    return cycle;
  },
  "throwing getter": () => ({
    get roomName() {
      throw new Error("getter");
    },
    get content() {
      throw new Error("getter");
    },
    get url() {
      throw new Error("getter");
    },
  }),
  "throwing toJSON": () => ({
    toJSON() {
      throw new TypeError("toJSON");
    },
  }),
  "throwing toString": () => ({
    toString() {
      throw new Error("toString");
    },
  }),
  "throwing proxy": () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error("get");
        },
        has: () => {
          throw new Error("has");
        },
        ownKeys: () => {
          throw new Error("ownKeys");
        },
        getOwnPropertyDescriptor: () => {
          throw new Error("getOwnPropertyDescriptor");
        },
      },
    ),
  "revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  "no prototype": () => Object.create(null, { x: { value: 10n, enumerable: true } }),
  "10,000 levels": () => {
    let nested = {};
    for (let level = 0; level < 10_000; level += 1) nested = { nested };
    return nested;
  },
  "two megabytes": () => "x".repeat(2_000_000),
};
