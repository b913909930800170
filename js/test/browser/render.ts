import { act, createElement, type ReactNode, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { onTestFinished } from "vitest";

// React then warns of updates outside `act`, and flushes them inside.
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });

/** A mounted tree. */
export interface Mounted {
  readonly container: HTMLElement;
  rerender(tree: ReactNode): void;
  unmount(): void;
}

/** Mounts a tree, in StrictMode if asked; it is unmounted when the test ends. */
export function mount(tree: ReactNode, { strict = false } = {}): Mounted {
  const container = document.createElement("div");
  document.body.append(container);
  const root: Root = createRoot(container);
  const rerender = (next: ReactNode) =>
    flush(() => root.render(strict ? createElement(StrictMode, null, next) : next));
  let mounted = true;
  const unmount = () => {
    if (!mounted) return;
    mounted = false;
    flush(() => root.unmount());
    container.remove();
  };
  onTestFinished(unmount);
  rerender(tree);
  return { container, rerender, unmount };
}

/** Renders and runs effects before it returns. */
export function flush(update: () => void): void {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  act(update);
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
}

/** A component that hands what a hook returns to the test, and counts its renders. */
export function probe<T>(useHook: () => T) {
  const seen = { renders: 0, value: undefined as T };
  function Probe() {
    seen.renders += 1;
    seen.value = useHook();
    return null;
  }
  return { seen, Probe };
}
