/** A page of the benchmark: functions to call in it, and the CPU of its main thread. */
export class Page {
  #send;
  close;

  /** @param {(method: string, params?: object) => Promise<any>} send @param {() => Promise<void>} close */
  constructor(send, close) {
    this.#send = send;
    this.close = close;
  }

  /** Goes to a page, and waits until its module is ready. `loaded` is the load event to come. */
  async load(url, loaded) {
    await this.#send("Page.enable");
    await this.#send("Page.navigate", { url });
    await loaded;
    await this.#send("Page.disable");
    await this.#evaluate("globalThis.ready");
    await this.#send("Performance.enable", { timeDomain: "threadTicks" });
  }

  /** Calls `bench[name](...args)` in the page; resolves with what its promise does. */
  call(name, ...args) {
    return this.#evaluate(`bench.${name}(...${JSON.stringify(args)})`);
  }

  /** As {@link call}; resolves with the main thread's CPU meanwhile, in microseconds. */
  async cpuOf(name, ...args) {
    const before = await this.cpu();
    await this.call(name, ...args);
    return (await this.cpu()) - before;
  }

  /** CPU of all of the main thread's tasks so far, in microseconds. */
  async cpu() {
    return (await this.metric("TaskDuration")) * 1e6;
  }

  /** What the browser counts of the page: see `Performance.getMetrics`. */
  async metric(wanted) {
    const { metrics } = await this.#send("Performance.getMetrics");
    return metrics.find(({ name }) => name === wanted).value;
  }

  async #evaluate(expression) {
    const params = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", params);
    if (exceptionDetails) {
      const { exception, text } = exceptionDetails;
      throw new Error(`in the page: ${exception?.description ?? exception?.value ?? text}`);
    }
    return result.value;
  }
}
