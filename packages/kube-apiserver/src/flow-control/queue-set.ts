import { type Clock, pick, type Random } from "@skates/component-base";
import { SeatDemand } from "./concurrency-shares.ts";
import type { LoopShare } from "./loop-turns.ts";

/** How a level treats what is more than its seats. */
export type Overflow =
  | { readonly type: "Exempt" | "Reject" }
  | { readonly type: "Queue"; readonly queues: number; readonly handSize: number; readonly queueLengthLimit: number };

/** A request that wants to be carried out. */
export interface FlowRequest {
  /** Of the level's queues, those that its flow may land in. */
  readonly hand: readonly number[];
  readonly seats: number;
  /** Whose turn it is when flows take turns. */
  readonly flow: string;
  /** For dumps. */
  readonly about: FlowRequestInfo;
}
interface FlowRequestInfo {
  readonly schema: string;
  readonly distinguisher: string;
  readonly arrivedMs: number;
}

export type Rejection = "queue-full" | "concurrency-limit" | "time-out" | "cancelled";
/** Gives the seats back, once. */
export type Release = () => void;

interface Waiting extends FlowRequest {
  readonly queue: Queue;
  readonly untilMs: number;
  settle(outcome: Release | Rejection): void;
}

interface Queue {
  readonly waiting: Waiting[];
  /** Of those that wait. */
  seatsWaiting: number;
  readonly running: Set<FlowRequest>;
  /** Virtual time at which its next request may start: work that it has had, in seat-seconds. */
  start: number;
  seats: number;
}

/** What a request is taken to need until it is over, in seconds: upstream's guess. */
const GUESS_SECONDS = 0.003;

export interface QueueSetOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Requests that queue begin when the event loop has room, too; absent: it always has. */
  readonly loop?: LoopShare | undefined;
}

/** A timer for who waits runs at most so long: it outlasts whom it was set for. */
const LOOK_MS = 250;

/** Of how many flows it is known when they had their last turn; who was forgotten goes first. */
const FLOWS_REMEMBERED = 1_000;

/**
 * The seats of one priority level and the queues before them. Among queues with waiting requests, the one that has had the least work
 * goes first (start-time fair queueing), whatever the number of requests that others have piled up. While it is the event loop that
 * requests wait for and not seats, flows take turns instead: what a request holds a seat for says little of what it costs the loop.
 */
export class QueueSet {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #loop: LoopShare | undefined;
  readonly #queues = new Map<number, Queue>();
  readonly demand: SeatDemand;
  #overflow: Overflow;
  #limit: number;
  #seatsInUse = 0;
  #seatsWaiting = 0;
  #waiting = 0;
  #executing = 0;
  /** The loop was asked for room. */
  #asking = false;
  #watchingTime = false;
  /** Start of what was dispatched last: queues that come back from idleness begin there. */
  #virtual = 0;
  /** Flows by their last turn, the longest ago first. */
  readonly #served = new Map<string, number>();
  #turn = 0;
  readonly counts = { dispatched: 0, rejected: 0, timedout: 0, cancelled: 0 };

  constructor(options: QueueSetOptions, overflow: Overflow, limit: number) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#loop = options.loop;
    this.#overflow = overflow;
    this.#limit = limit;
    this.demand = new SeatDemand(options.clock.monotonicMs());
  }

  get state() {
    return {
      waiting: this.#waiting,
      executing: this.#executing,
      seatsInUse: this.#seatsInUse,
      limit: this.#limit,
    };
  }

  get overflow(): Overflow {
    return this.#overflow;
  }

  /** Queues that anything was ever put into, by number. */
  get queues(): ReadonlyMap<number, Pick<Queue, "waiting" | "running" | "start" | "seats">> {
    return this.#queues;
  }

  /** Requests that wait keep their places; a smaller limit holds for those that come. */
  configure(overflow: Overflow, limit: number): void {
    this.#overflow = overflow;
    this.#limit = limit;
    this.#dispatch();
  }

  /** Takes seats at once if there are some and nobody waits; undefined: `wait` is to be called, or the request refused. */
  tryStart(request: FlowRequest): Release | undefined {
    if (this.#overflow.type === "Exempt") return this.#run(request, undefined);
    if (this.#waiting > 0 || !this.#fits(request.seats)) return undefined;
    if (this.#overflow.type === "Reject") return this.#run(request, undefined);
    if (this.#loop?.tryTake() === false) return undefined;
    const queue = this.#shortest(request.hand);
    this.#noteTurn(request.flow);
    this.#charge(queue, request.seats);
    return this.#run(request, queue);
  }

  /** Waits for seats, at most `waitMs`; a word says why there are none. */
  wait(request: FlowRequest, waitMs: number, signal: AbortSignal): Promise<Release | Rejection> {
    if (this.#overflow.type !== "Queue") return Promise.resolve(this.#refuse("concurrency-limit"));
    const queue = this.#shortest(request.hand);
    if (this.#isFull(queue, request)) return Promise.resolve(this.#refuse("queue-full"));
    if (queue.waiting.length === 0 && queue.running.size === 0) queue.start = Math.max(queue.start, this.#virtual);
    return new Promise((resolve) => {
      const entry: Waiting = {
        ...request,
        queue,
        untilMs: this.#clock.monotonicMs() + waitMs,
        settle: (outcome) => {
          signal.removeEventListener("abort", onAbort);
          resolve(outcome);
        },
      };
      const onAbort = (): void => this.#giveUp(entry, "cancelled");
      queue.waiting.push(entry);
      queue.seatsWaiting += request.seats;
      this.#waiting += 1;
      this.#seatsWaiting += request.seats;
      this.#noteDemand();
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      this.#watchTime();
      this.#dispatch();
    });
  }

  /** While the level has seats for all who wait, they wait for the loop only: then there is no limit but the seats. */
  #isFull(queue: Queue, { seats }: FlowRequest): boolean {
    if (this.#overflow.type !== "Queue" || queue.waiting.length < this.#overflow.queueLengthLimit) return false;
    return this.#seatsInUse + this.#seatsWaiting + seats > this.#limit;
  }

  /** One timer for all who wait. */
  #watchTime(): void {
    if (this.#watchingTime) return;
    this.#watchingTime = true;
    void this.#refuseLate();
  }

  async #refuseLate(): Promise<void> {
    const forever = new AbortController();
    while (this.#waiting > 0) {
      const entries = [...this.#queues.values()].flatMap(({ waiting }) => waiting);
      const earliestMs = entries.reduce((least, { untilMs }) => Math.min(least, untilMs), Number.POSITIVE_INFINITY);
      const leftMs = Math.max(0, earliestMs - this.#clock.monotonicMs());
      await this.#clock.sleep(Math.min(leftMs, LOOK_MS), forever.signal);
      const nowMs = this.#clock.monotonicMs();
      for (const { waiting } of this.#queues.values())
        for (const entry of waiting.filter(({ untilMs }) => untilMs <= nowMs)) this.#giveUp(entry, "time-out");
    }
    this.#watchingTime = false;
  }

  #giveUp(entry: Waiting, why: Rejection): void {
    const { queue, seats } = entry;
    const at = queue.waiting.indexOf(entry);
    if (at < 0) return;
    queue.waiting.splice(at, 1);
    this.#noLongerWaiting(queue, seats);
    this.#noteDemand();
    entry.settle(this.#refuse(why));
  }

  #noLongerWaiting(queue: Queue, seats: number): void {
    queue.seatsWaiting -= seats;
    this.#waiting -= 1;
    this.#seatsWaiting -= seats;
  }

  #refuse(why: Rejection): Rejection {
    if (why === "time-out") this.counts.timedout += 1;
    else if (why === "cancelled") this.counts.cancelled += 1;
    else this.counts.rejected += 1;
    return why;
  }

  /** Wider requests than the level has seats run alone. */
  #fits(seats: number): boolean {
    return this.#seatsInUse === 0 ? this.#limit > 0 : this.#seatsInUse + seats <= this.#limit;
  }

  #shortest(hand: readonly number[]): Queue {
    let best: Queue | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const card of hand) {
      const queue = this.#queue(card);
      const load = queue.seats + queue.seatsWaiting;
      if (load < least) {
        least = load;
        best = queue;
      }
    }
    return best ?? this.#queue(0);
  }

  #queue(card: number): Queue {
    let queue = this.#queues.get(card);
    if (queue === undefined) {
      queue = { waiting: [], seatsWaiting: 0, running: new Set(), start: this.#virtual, seats: 0 };
      this.#queues.set(card, queue);
    }
    return queue;
  }

  #dispatch(): void {
    if (this.#loop === undefined) while (this.#admit());
    else if (!this.#asking && this.#headThatFits() !== undefined) this.#ask(this.#loop);
  }

  /** Who goes first is settled when there is room. */
  #ask(loop: LoopShare): void {
    this.#asking = true;
    loop.wait(() => {
      this.#asking = false;
      this.#admit();
      this.#dispatch();
    });
  }

  #headThatFits(): Waiting | undefined {
    if (this.#waiting === 0) return undefined;
    const byTurns = this.#loop === undefined ? undefined : this.#servedLongestAgo();
    if (byTurns !== undefined && this.#fits(byTurns.seats)) return byTurns;
    const head = this.#next()?.waiting[0];
    return head !== undefined && this.#fits(head.seats) ? head : undefined;
  }

  #servedLongestAgo(): Waiting | undefined {
    let best: Waiting | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const { waiting } of this.#queues.values()) {
      const head = waiting[0];
      if (head === undefined) continue;
      const at = this.#served.get(head.flow) ?? 0;
      if (at < least || (at === least && best !== undefined && head.queue.start < best.queue.start)) {
        least = at;
        best = head;
      }
    }
    return best;
  }

  #noteTurn(flow: string): void {
    if (!this.#served.delete(flow) && this.#served.size >= FLOWS_REMEMBERED) {
      for (const oldest of this.#served.keys()) {
        this.#served.delete(oldest);
        break;
      }
    }
    this.#served.set(flow, ++this.#turn);
  }

  #admit(): boolean {
    const head = this.#headThatFits();
    if (head === undefined) return false;
    const { queue } = head;
    queue.waiting.shift();
    this.#noteTurn(head.flow);
    this.#noLongerWaiting(queue, head.seats);
    this.#charge(queue, head.seats);
    head.settle(this.#run(head, queue));
    return true;
  }

  /** The queue with the least work behind it; a tie goes to one at random. */
  #next(): Queue | undefined {
    let best: Queue | undefined;
    let ties = 0;
    for (const queue of this.#queues.values()) {
      if (queue.waiting.length === 0) continue;
      if (best === undefined || queue.start < best.start) {
        best = queue;
        ties = 1;
      } else if (queue.start === best.start && pick(this.#random, ++ties) === 0) best = queue;
    }
    return best;
  }

  #charge(queue: Queue, seats: number): void {
    if (queue.running.size === 0) queue.start = Math.max(queue.start, this.#virtual);
    this.#virtual = Math.max(this.#virtual, queue.start);
    queue.start += seats * GUESS_SECONDS;
  }

  #run(request: FlowRequest, queue: Queue | undefined): Release {
    this.#occupy(request, queue);
    return this.#release(request, queue);
  }

  #occupy(request: FlowRequest, queue: Queue | undefined): void {
    this.#seatsInUse += request.seats;
    this.#executing += 1;
    this.counts.dispatched += 1;
    if (queue !== undefined) {
      queue.running.add(request);
      queue.seats += request.seats;
    }
    this.#noteDemand();
  }

  #release(request: FlowRequest, queue: Queue | undefined): Release {
    const fromMs = this.#clock.monotonicMs();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#seatsInUse -= request.seats;
      this.#executing -= 1;
      if (queue !== undefined) {
        queue.running.delete(request);
        queue.seats -= request.seats;
        const took = (this.#clock.monotonicMs() - fromMs) / 1000;
        queue.start += request.seats * (took - GUESS_SECONDS);
      }
      this.#noteDemand();
      this.#dispatch();
    };
  }

  #noteDemand(): void {
    this.demand.set(this.#seatsInUse + this.#seatsWaiting, this.#clock.monotonicMs());
  }
}
