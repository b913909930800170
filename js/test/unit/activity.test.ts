import { describe, expect, it, onTestFinished, vi } from "vitest";

type Listen = (event: { timeStamp: number }) => void;
type Noticed = (change: number) => void;

/** The number of what the user does, among all that is noticed of a page. */
const ACTIVE = 5;

/** The glue that the module brings along: plain JavaScript. */
async function watch(notice: Noticed): Promise<() => void> {
  const glue = await import(new URL("../../../src/browser/page.js", import.meta.url).href);
  return glue.watch(notice);
}

/** A page that keeps who listens to what, and how. */
function fakePage() {
  const listeners = new Map<string, { listen: Listen; options: AddEventListenerOptions }[]>();
  const of = (name: string) => listeners.get(name) ?? [];
  const target = {
    addEventListener: (name: string, listen: Listen, options: AddEventListenerOptions) => {
      listeners.set(name, [...of(name), { listen, options }]);
    },
    removeEventListener: (name: string, listen: Listen, { capture }: AddEventListenerOptions) => {
      const stays = (one: { listen: Listen; options: AddEventListenerOptions }) =>
        one.listen !== listen || one.options.capture !== capture;
      listeners.set(name, of(name).filter(stays));
    },
  };
  vi.stubGlobal("addEventListener", target.addEventListener);
  vi.stubGlobal("removeEventListener", target.removeEventListener);
  vi.stubGlobal("document", { ...target, hidden: false });
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return {
    all: () => [...listeners].flatMap(([name, ones]) => ones.map((one) => ({ name, ...one }))),
    happen: (name: string, timeStamp: number) => {
      for (const { listen } of of(name)) listen({ timeStamp });
    },
  };
}

describe("what the user does", () => {
  it("is listened for once, without holding the page up, until nobody asks any more", async () => {
    const page = fakePage();
    const end = await watch(() => undefined);
    const names = page.all().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(["pointerdown", "keydown", "touchstart", "scroll", "wheel"]),
    );
    expect(page.all().every(({ options }) => options.passive)).toBe(true);
    end();
    expect(page.all()).toEqual([]);
  });

  it("is told at once, and then once a second however much it is", async () => {
    const page = fakePage();
    const notice = vi.fn<Noticed>();
    await watch(notice);
    page.happen("keydown", 0);
    expect(notice.mock.calls).toEqual([[ACTIVE]]);
    for (let ms = 10; ms < 1_000; ms += 10) page.happen("pointermove", ms);
    expect(notice).toHaveBeenCalledTimes(1);
    page.happen("scroll", 1_000);
    expect(notice.mock.calls).toEqual([[ACTIVE], [ACTIVE]]);
  });

  it("is nothing where there is no page", async () => {
    const notice = vi.fn<Noticed>();
    const end = await watch(notice);
    end();
    expect(notice).not.toHaveBeenCalled();
  });
});
