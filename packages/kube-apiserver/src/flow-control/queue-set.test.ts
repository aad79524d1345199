// Seats and queues of a level on a virtual clock: who goes first, who is refused and why, and that nobody starves.
import { seededRandom, virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { type FlowRequest, type Overflow, QueueSet, type Release } from "./queue-set.ts";
import { dealHand } from "./shuffle-sharding.ts";

const QUEUE: Overflow = { type: "Queue", queues: 8, handSize: 2, queueLengthLimit: 3 };
const never = new AbortController().signal;

function level(overflow: Overflow, limit: number) {
  const clock = virtualClock();
  const set = new QueueSet({ clock, random: seededRandom(1) }, overflow, limit);
  const request = (hand: readonly number[], seats = 1): FlowRequest => ({
    hand,
    seats,
    flow: `${hand[0]}`,
    about: { schema: "s", distinguisher: "d", arrivedMs: 0 },
  });
  return { clock, set, request };
}

function started(release: Release | undefined): Release {
  if (release === undefined) throw new Error("was not started");
  return release;
}

describe("limits", () => {
  it("gives seats up to the limit, and again when they are given back, once", async () => {
    const { set, request } = level(QUEUE, 2);
    const first = started(set.tryStart(request([0])));
    started(set.tryStart(request([1])));
    expect(set.tryStart(request([2]))).toBe(undefined);
    const waiting = set.wait(request([2]), 1_000, never);
    expect(set.state).toEqual({ waiting: 1, executing: 2, seatsInUse: 2, limit: 2 });
    first();
    first();
    expect(typeof (await waiting)).toBe("function");
    expect(set.state).toEqual({ waiting: 0, executing: 2, seatsInUse: 2, limit: 2 });
  });

  it("a request wider than the level runs alone", async () => {
    const { set, request } = level(QUEUE, 2);
    const one = started(set.tryStart(request([0])));
    const wide = set.wait(request([1], 5), 1_000, never);
    one();
    expect(typeof (await wide)).toBe("function");
    expect(set.tryStart(request([2]))).toBe(undefined);
  });

  it("refuses what does not fit at once where nothing is queued", async () => {
    const { set, request } = level({ type: "Reject" }, 1);
    started(set.tryStart(request([])));
    expect(await set.wait(request([]), 1_000, never)).toBe("concurrency-limit");
    expect(set.counts.rejected).toBe(1);
  });

  it("exempt requests are never refused", () => {
    const { set, request } = level({ type: "Exempt" }, 0);
    for (let i = 0; i < 100; i++) started(set.tryStart(request([])));
    expect(set.state.seatsInUse).toBe(100);
  });

  it("refuses when the queue is full, when time is up, and when the caller is gone", async () => {
    const { clock, set, request } = level(QUEUE, 1);
    started(set.tryStart(request([0])));
    const late = [1, 2, 3].map(() => set.wait(request([5]), 1_000, never));
    expect(await set.wait(request([5]), 1_000, never)).toBe("queue-full");
    const gone = new AbortController();
    const cancelled = set.wait(request([6]), 5_000, gone.signal);
    gone.abort(new Error("gone"));
    expect(await cancelled).toBe("cancelled");
    await clock.advance(1_001);
    expect(await Promise.all(late)).toEqual(["time-out", "time-out", "time-out"]);
    expect(set.counts).toEqual({ dispatched: 1, rejected: 1, timedout: 3, cancelled: 1 });
    expect(set.state).toMatchObject({ waiting: 0, seatsInUse: 1 });
  });

  it("a larger limit admits those who wait", async () => {
    const { set, request } = level(QUEUE, 1);
    started(set.tryStart(request([0])));
    const waiting = set.wait(request([1]), 1_000, never);
    set.configure(QUEUE, 2);
    expect(typeof (await waiting)).toBe("function");
  });
});

describe("fairness", () => {
  it("a flow that piles up requests does not come before one that seldom asks", async () => {
    const { clock, set, request } = level({ ...QUEUE, queueLengthLimit: 100 }, 1);
    const order: string[] = [];
    const serve = async (name: string, hand: readonly number[]): Promise<void> => {
      const release = set.tryStart(request(hand)) ?? (await set.wait(request(hand), 60_000, never));
      if (typeof release === "string") throw new Error(release);
      order.push(name);
      await clock.sleep(10, never);
      release();
    };
    const all = Array.from({ length: 20 }, () => serve("flood", [0]));
    await clock.advance(25);
    all.push(serve("rare", [1]));
    await clock.advance(1_000);
    await Promise.all(all);
    expect(order.length).toBe(21);
    // It came when three had been started: at most one more goes before it.
    expect(order.indexOf("rare")).toBeLessThanOrEqual(4);
  });

  it("work counts, not requests: a flow of slow requests gets fewer of them", async () => {
    const { clock, set, request } = level({ ...QUEUE, queueLengthLimit: 100 }, 1);
    const done = { slow: 0, quick: 0 };
    const serve = async (name: "slow" | "quick", hand: readonly number[], ms: number): Promise<void> => {
      const release = set.tryStart(request(hand)) ?? (await set.wait(request(hand), 60_000, never));
      if (typeof release === "string") return;
      await clock.sleep(ms, never);
      done[name] += 1;
      release();
    };
    for (let i = 0; i < 100; i++) {
      void serve("slow", [0], 40);
      void serve("quick", [1], 10);
    }
    await clock.advance(1_000);
    expect(done.quick / done.slow).toBeGreaterThan(3);
    expect(done.slow).toBeGreaterThan(5);
  });
});

describe("hands", () => {
  it("have different cards, the same ones for a flow each time", () => {
    for (let i = 0; i < 500; i++) {
      const hand = dealHand(`flow-${i}`, 16, 6);
      expect(new Set(hand).size).toBe(6);
      expect(hand.every((card) => card >= 0 && card < 16)).toBe(true);
      expect(dealHand(`flow-${i}`, 16, 6)).toEqual(hand);
    }
  });

  it("use all queues, and seldom are two the same", () => {
    const counts = new Map<number, number>();
    const hands = new Set<string>();
    for (let i = 0; i < 2_000; i++) {
      const hand = dealHand(`user-${i}`, 64, 6);
      hands.add(hand.toSorted((a, b) => a - b).join());
      for (const card of hand) counts.set(card, (counts.get(card) ?? 0) + 1);
    }
    expect(hands.size).toBeGreaterThan(1_990);
    expect(counts.size).toBe(64);
    // 187.5 each on average.
    expect(Math.min(...counts.values())).toBeGreaterThan(120);
    expect(Math.max(...counts.values())).toBeLessThan(260);
  });
});
