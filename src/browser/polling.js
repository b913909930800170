// HTTP long polling. One request is a handful of objects, which are shorter to make on this side.

/** The requests of one transport. */
export class Requests {
  #abort = new AbortController();

  /**
   * The text of the answer. Rejects with a text for people, without the address: its query is the
   * app's.
   */
  async send(url, method, body) {
    let status;
    try {
      const { signal } = this.#abort;
      // In pages and in workers alike.
      const response = await fetch(url, { method, body, cache: "no-store", signal });
      if (response.ok) return await response.text();
      status = response.status;
    } catch {
      throw "the request failed";
    }
    throw `the server answered with status ${status}`;
  }

  abort() {
    this.#abort.abort();
  }
}
