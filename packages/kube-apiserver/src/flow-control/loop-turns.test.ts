// Who gets the event loop next, on a virtual clock and turns that the test gives one by one.
import { seededRandom, virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { LoopTurns } from "./loop-turns.ts";
import { type Overflow, QueueSet } from "./queue-set.ts";

const QUEUE: Overflow = { type: "Queue", queues: 8, handSize: 1, queueLengthLimit: 3 };
const never = new AbortController().signal;

/** What runs notes its name, and may take time. */
function loop() {
  const clock = virtualClock();
  let asked: (() => void)[] = [];
  const turns = new LoopTurns({ clock, turn: () => new Promise((resolve) => asked.push(resolve)) });
  const ran: string[] = [];
  let spentMs = 0;
  /** One turn of the loop, as Node.js has it: all that was asked for before it, each with what follows from it. */
  const turn = async (): Promise<readonly string[]> => {
    const before = ran.length;
    const now = asked;
    asked = [];
    for (const resolve of now) {
      resolve();
      for (let i = 0; i < 10; i++) await Promise.resolve();
      await clock.advance(spentMs);
      spentMs = 0;
    }
    return ran.slice(before);
  };
  const begin = (level: string, name: string, ms = 1): void =>
    turns.share(level).wait(() => {
      ran.push(name);
      spentMs += ms;
    });
  const goOn = (flow: string, name: string, ms = 1): void =>
    void turns.goOn(flow).then(() => {
      ran.push(name);
      spentMs += ms;
    });
  return { clock, turns, turn, begin, goOn };
}

describe("turns of the loop", () => {
  it("one request goes on at once, another in a later turn", async () => {
    const { turns, turn } = loop();
    const share = turns.share("low");
    expect([share.tryTake(), share.tryTake()]).toEqual([true, false]);
    await turn();
    expect(share.tryTake()).toBe(true);
  });

  it("what begins and what goes on alternate, levels among these and flows among those", async () => {
    const { turn, begin, goOn } = loop();
    for (const i of [1, 2, 3]) begin("low", `low ${i}`);
    for (const i of [1, 2, 3]) goOn("eve", `eve's page ${i}`);
    begin("high", "high 1");
    goOn("ann", "ann's page 1");
    const all: string[] = [];
    for (let i = 0; i < 9; i++) {
      const now = await turn();
      expect(now.length).toBeLessThanOrEqual(1); // each takes longer than a turn may
      all.push(...now);
    }
    expect(all).toEqual([
      "low 1",
      "eve's page 1",
      "high 1",
      "ann's page 1",
      "low 2",
      "eve's page 2",
      "low 3",
      "eve's page 3",
    ]);
  });

  it("what only has to be finished goes on at once, some in a turn, the rest by turns of flows", async () => {
    const { turns, turn } = loop();
    const finish = (flow: string, count: number): readonly (Promise<void> | undefined)[] =>
      Array.from({ length: count }, () => turns.finish(flow));
    expect(finish("eve", 8)).toEqual(Array.from({ length: 8 }, () => undefined));
    const finished: string[] = [];
    for (const flow of ["eve", "eve", "ann"]) void turns.finish(flow)?.then(() => finished.push(flow));
    expect(finished).toEqual([]);
    for (let i = 0; i < 3; i++) await turn();
    expect(finished).toEqual(["eve", "ann", "eve"]);
    expect(turns.finish("eve")).toBe(undefined);
  });

  it("short pieces share a turn, but not all of them one", async () => {
    const { turn, begin } = loop();
    for (let i = 0; i < 20; i++) begin("low", `${i}`, 0);
    const sizes: number[] = [];
    for (let i = 0; i < 4; i++) sizes.push((await turn()).length);
    expect(sizes).toEqual([1, 8, 8, 3]);
  });
});

describe("turns that end", () => {
  it.each(Array.from({ length: 8 }, (_, at) => at))(
    "are begun anew for who comes %i steps after one began",
    async (at) => {
      const turns = new LoopTurns({ clock: virtualClock(), turn: () => Promise.resolve() });
      turns.share("low").tryTake();
      for (let i = 0; i < at; i++) await Promise.resolve();
      let went = false;
      void turns.goOn("eve").then(() => (went = true));
      for (let i = 0; i < 20; i++) await Promise.resolve();
      expect(went).toBe(true);
    },
  );
});

describe("a level on a busy loop", () => {
  const busy = () => {
    const at = loop();
    const set = new QueueSet({ clock: at.clock, random: seededRandom(1), loop: at.turns.share("low") }, QUEUE, 10);
    const request = (queue: number) => ({
      hand: [queue],
      seats: 1,
      flow: `${queue}`,
      about: { schema: "s", distinguisher: "d", arrivedMs: 0 },
    });
    return { ...at, set, request };
  };

  it("has its requests wait although there are seats, and lets the flow that had least go first", async () => {
    const { clock, set, request, turn } = busy();
    const release = set.tryStart(request(1));
    await clock.advance(1);
    expect(set.tryStart(request(1))).toBe(undefined);
    const order: string[] = [];
    for (const i of [1, 2, 3]) void set.wait(request(1), 1_000, never).then(() => order.push(`flood ${i}`));
    release?.();
    void set.wait(request(2), 1_000, never).then(() => order.push("calm"));
    expect(set.state).toMatchObject({ waiting: 4, executing: 0 });
    for (let i = 0; i < 6; i++) await turn();
    expect(order).toEqual(["calm", "flood 1", "flood 2", "flood 3"]);
  });

  it("a queue is full only when the level has no seats for all who wait", async () => {
    const { clock, set, request } = busy();
    set.tryStart(request(1));
    await clock.advance(1);
    const waiting = Array.from({ length: 9 }, () => set.wait(request(1), 1_000, never));
    expect(set.state.waiting).toBe(9);
    expect(await set.wait(request(1), 1_000, never)).toBe("queue-full");
    expect(waiting).toHaveLength(9);
  });

  it("who leaves while waiting takes no turn, and who waits too long is told so", async () => {
    const { clock, set, request } = busy();
    set.tryStart(request(1));
    await clock.advance(1);
    const caller = new AbortController();
    const gone = set.wait(request(1), 1_000, caller.signal);
    const late = set.wait(request(1), 1_000, never);
    caller.abort();
    expect(await gone).toBe("cancelled");
    await clock.advance(1_000);
    expect(await late).toBe("time-out");
    expect(set.counts).toMatchObject({ dispatched: 1, cancelled: 1, timedout: 1 });
  });
});
