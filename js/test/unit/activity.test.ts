import { describe, expect, it, onTestFinished, vi } from "vitest";

type Listen = (event: { timeStamp: number }) => void;

/** The glue that the module brings along: plain JavaScript. */
async function watchActivity(notice: () => void): Promise<() => void> {
  const glue = await import(new URL("../../../src/browser/value.js", import.meta.url).href);
  return glue.watchActivity(notice);
}

/** A window that keeps who listens to what, and how. */
function fakeWindow() {
  const listeners = new Map<string, { listen: Listen; options: AddEventListenerOptions }[]>();
  const of = (name: string) => listeners.get(name) ?? [];
  vi.stubGlobal("window", {
    addEventListener: (name: string, listen: Listen, options: AddEventListenerOptions) => {
      listeners.set(name, [...of(name), { listen, options }]);
    },
    removeEventListener: (name: string, listen: Listen, { capture }: AddEventListenerOptions) => {
      const stays = (one: { listen: Listen; options: AddEventListenerOptions }) =>
        one.listen !== listen || one.options.capture !== capture;
      listeners.set(name, of(name).filter(stays));
    },
  });
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
    const page = fakeWindow();
    const end = await watchActivity(() => undefined);
    const names = page.all().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(["pointerdown", "keydown", "touchstart", "scroll"]),
    );
    expect(page.all().every(({ options }) => options.passive)).toBe(true);
    end();
    expect(page.all()).toEqual([]);
  });

  it("is told at once, and then once a second however much it is", async () => {
    const page = fakeWindow();
    const notice = vi.fn();
    await watchActivity(notice);
    page.happen("keydown", 0);
    expect(notice).toHaveBeenCalledTimes(1);
    for (let ms = 10; ms < 1_000; ms += 10) page.happen("pointermove", ms);
    expect(notice).toHaveBeenCalledTimes(1);
    page.happen("scroll", 1_000);
    expect(notice).toHaveBeenCalledTimes(2);
  });

  it("is nothing where there is no page", async () => {
    const notice = vi.fn();
    const end = await watchActivity(notice);
    end();
    expect(notice).not.toHaveBeenCalled();
  });
});
