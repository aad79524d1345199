import type { Clock } from "@skates/component-base";

/** The part of the event loop that one priority level asks for. */
export interface LoopShare {
  /** True: the loop has room, and the caller may go on at once. False: `wait`. */
  tryTake(): boolean;
  /** Calls `run` once the loop has room, in the order of calls; what it begins counts for this turn. */
  wait(run: () => void): void;
}

export interface LoopTurnsOptions {
  readonly clock: Clock;
  /** Resolves in a later turn of the event loop, after what came in meanwhile was read. */
  readonly turn: () => Promise<void>;
}

/** What is begun or gone on with in one turn of the loop takes about so long; then new requests are looked for. */
const TURN_MS = 0.5;
/** How many pieces of work one turn may hold, however short they are. */
const PIECES_PER_TURN = 8;
/** Writes that became durable together: so many are answered at once. */
const FINISHED_PER_TURN = 8;

/**
 * Who gets the event loop next. Requests that begin and long answers that go on take turns; among those that begin, priority levels do,
 * and among answers, flows do. So one request of somebody waits for a few pieces of work of others, however many they have piled up.
 * It bounds nobody: what waits here has passed the seats and queues of its level.
 */
export class LoopTurns {
  readonly #options: LoopTurnsOptions;
  readonly #beginning = new RoundRobin();
  readonly #goingOn = new RoundRobin();
  #active = false;
  #number = 0;
  /** How many answers were finished at once in this turn. */
  #finishing = 0;
  #begunLast = false;

  constructor(options: LoopTurnsOptions) {
    this.#options = options;
  }

  /** For requests of a priority level. */
  share(level: string): LoopShare {
    return {
      tryTake: () => this.#tryTake(),
      wait: (run) => {
        this.#beginning.add(level, run);
        this.#start();
      },
    };
  }

  /** Resolves when an answer of this flow may go on. */
  goOn(flow: string): Promise<void> {
    return new Promise((resolve) => {
      this.#goingOn.add(flow, resolve);
      this.#start();
    });
  }

  /** The same for what needs only a short while more, of which a turn has some: undefined when the loop has room. */
  finish(flow: string): Promise<void> | undefined {
    this.#start();
    if (this.#finishing >= FINISHED_PER_TURN) return this.goOn(flow);
    this.#finishing += 1;
    return undefined;
  }

  /** The turn of the loop: what began in another one has waited for something meanwhile. */
  get number(): number {
    return this.#number;
  }

  /** One in a turn: what those who begin at once still have to do in it cannot be told from the time that has passed. */
  #tryTake(): boolean {
    if (this.#active) return false;
    this.#start();
    return true;
  }

  get #waiting(): number {
    return this.#beginning.size + this.#goingOn.size;
  }

  #start(): void {
    if (this.#active) return;
    this.#active = true;
    void this.#pass();
  }

  async #pass(): Promise<void> {
    while (this.#active) await this.#shareOne();
  }

  /** One turn of the loop; the last one when nobody waits, so that whoever comes after starts anew. */
  async #shareOne(): Promise<void> {
    const { clock, turn } = this.#options;
    // Asked for together, so that they come in the same turn of the loop, each after the work of the one before.
    const pieces = Array.from({ length: Math.min(PIECES_PER_TURN, Math.max(1, this.#waiting)) }, turn);
    await pieces[0];
    const fromMs = clock.monotonicMs();
    this.#number += 1;
    this.#finishing = 0;
    this.#active = this.#waiting > 0;
    if (!this.#active) return;
    this.#give();
    for (const piece of pieces.slice(1)) {
      await piece;
      if (clock.monotonicMs() - fromMs < TURN_MS) this.#give();
    }
  }

  #give(): void {
    const [first, second] = this.#begunLast ? [this.#goingOn, this.#beginning] : [this.#beginning, this.#goingOn];
    const from = first.size > 0 ? first : second;
    this.#begunLast = from === this.#beginning;
    from.take()?.();
  }
}

/** Work by name; names take turns, the work of one name keeps its order. */
class RoundRobin {
  readonly #byName = new Map<string, (() => void)[]>();
  size = 0;

  add(name: string, run: () => void): void {
    const waiting = this.#byName.get(name);
    if (waiting === undefined) this.#byName.set(name, [run]);
    else waiting.push(run);
    this.size += 1;
  }

  take(): (() => void) | undefined {
    const next = this.#byName.entries().next();
    if (next.done === true) return undefined;
    const [name, waiting] = next.value;
    const run = waiting.shift();
    this.#byName.delete(name);
    if (waiting.length > 0) this.#byName.set(name, waiting);
    this.size -= 1;
    return run;
  }
}
