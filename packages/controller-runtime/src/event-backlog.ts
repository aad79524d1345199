import type { Correlated } from "./event-correlator.ts";

/** Events of one object, in the order in which they were told, and how often the first of them got no answer. */
export interface Chain {
  readonly id: string;
  readonly waiting: Correlated[];
  unanswered: number;
}

/** Events that wait to be sent: those about one object one after another, objects in turn. */
export class EventBacklog {
  readonly #chains = new Map<string, Chain>();
  readonly #ready: Chain[] = [];
  #size = 0;
  #wake: (() => void)[] = [];

  /** All that are not done, those on their way too. */
  get size(): number {
    return this.#size;
  }

  add(id: string, event: Correlated): void {
    this.#size++;
    const known = this.#chains.get(id);
    if (known !== undefined) {
      known.waiting.push(event);
      return;
    }
    const chain: Chain = { id, waiting: [event], unanswered: 0 };
    this.#chains.set(id, chain);
    this.#ready.push(chain);
    this.wake();
  }

  /** An object whose first event is to be sent, or only sent once more; it is with the caller until `done` or `again`. */
  take(which: "any" | "unanswered"): Chain | undefined {
    if (which === "unanswered" && this.#ready[0]?.unanswered === 0) return undefined;
    return this.#ready.shift();
  }

  /** The first event of the object needs no more care. */
  done(chain: Chain): void {
    this.#size--;
    chain.waiting.shift();
    chain.unanswered = 0;
    if (chain.waiting.length > 0) this.#ready.push(chain);
    else this.#chains.delete(chain.id);
  }

  /** The first event of the object is to be sent once more, before those of others. */
  again(chain: Chain): void {
    this.#ready.unshift(chain);
    this.wake();
  }

  /** Resolves with the next `wake`. */
  async changed(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  wake(): void {
    const woken = this.#wake;
    this.#wake = [];
    for (const resolve of woken) resolve();
  }
}
