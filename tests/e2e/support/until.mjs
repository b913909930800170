import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits until `condition()` is truthy, where there is no event to wait for.
 *
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {string} what is waited for, for the error
 * @returns {Promise<T>} what the condition gave
 */
export async function until(condition, what, timeoutMs = 10_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) {
      return value;
    }
    if (performance.now() > deadline) {
      throw new Error(`it never came true: ${what}`);
    }
    await pause(5);
  }
}
