"use client";

import type { RealtimeClientConfig, TokenSource } from "../types.js";

/** Who connects, and how. */
export interface Offer {
  /** Tells one user from another; a change of it is a change of user. */
  identity: string;
  /** Where no component gives one it is the identity, which a development server takes for one. */
  token: TokenSource;
  config: RealtimeClientConfig;
}

/** What mounted components offer, in the order in which they came. */
export class Offers {
  readonly #mounted = new Set<Offer>();

  /** @returns Takes it out again. */
  add(offer: Offer): () => void {
    this.#mounted.add(offer);
    return () => this.#mounted.delete(offer);
  }

  /**
   * The offer whose token counts: none is made up where a component gives one, or did.
   *
   * @param taken - The one that counted before, of the same user.
   */
  inForce(offer: Offer, taken: Offer | undefined): Offer {
    if (!isMadeUp(offer)) return offer;
    if (taken && !isMadeUp(taken)) return taken;
    return this.#lastOf(offer.identity) ?? offer;
  }

  /** The offer to ask in place of one whose component may be gone: what that closes over is not renewed. */
  standIn(offer: Offer): Offer {
    return this.#mounted.has(offer) ? offer : (this.#lastOf(offer.identity) ?? offer);
  }

  /** The last offer of a user with a token that was given. */
  #lastOf(identity: string): Offer | undefined {
    const isGiven = (offer: Offer) => offer.identity === identity && !isMadeUp(offer);
    return [...this.#mounted].filter(isGiven).at(-1);
  }
}

/** Whether it has a token for development servers only. */
function isMadeUp({ identity, token }: Offer): boolean {
  return token === identity;
}
