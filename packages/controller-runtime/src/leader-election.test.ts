// Who leads, and for how long: candidates on a server in memory with virtual time.
import { type Lease, leases } from "@skates/api/coordination/v1";
import { type Client, clientFor } from "@skates/client";
import { type Component, OperatingError, type VirtualClock, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LeaderElectionOptions, leading } from "./leader-election.ts";
import { settle, testEnv } from "./testing/env.ts";
import { type MemoryApi, memoryApi } from "./testing/memory-api.ts";

let clock: VirtualClock;
let api: MemoryApi;
let running: string[];
const stops: AbortController[] = [];

beforeEach(() => {
  clock = virtualClock(undefined, settle);
  api = memoryApi([leases]);
  running = [];
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

/** A component that notes that it runs. */
function worker(name: string): Component {
  return {
    name,
    ready: () => true,
    run: async (signal) => {
      running.push(name);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      running.splice(running.indexOf(name), 1);
    },
  };
}
function candidate(
  identity: string,
  connected: () => boolean = () => true,
  durations: Pick<LeaderElectionOptions, "leaseMs"> = {},
) {
  const client: Client = clientFor(
    (request) => (connected() ? api.handler(request) : Promise.reject(new OperatingError("ECONNREFUSED", "no"))),
    { userAgent: "test", clock, retry: { unanswered: 0 } },
  );
  const place = { namespace: "kube-system", name: "x" };
  const options: LeaderElectionOptions = { client, env: testEnv(clock), ...place, identity, ...durations };
  const stop = new AbortController();
  stops.push(stop);
  const ended = leading(worker(identity), options).run(stop.signal);
  ended.catch(() => undefined);
  return { stop, ended };
}
const lease = (): Lease["spec"] | undefined => {
  const found = api.get("Lease", "x");
  return found === undefined ? undefined : (found as Lease).spec;
};

test("the first candidate leads, the second waits, and takes over at once when the first stops", async () => {
  const first = candidate("a");
  await clock.advance(1000);
  candidate("b");
  await clock.advance(60_000);
  expect(running).toEqual(["a"]);
  expect(lease()).toMatchObject({ holderIdentity: "a", leaseDurationSeconds: 15, leaseTransitions: 0 });
  first.stop.abort();
  await first.ended;
  expect(lease()).toMatchObject({ holderIdentity: "" });
  await clock.advance(2000);
  expect(running).toEqual(["b"]);
  expect(lease()).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
});

test("a lease is stated in whole seconds, that are no fewer", async () => {
  candidate("a", undefined, { leaseMs: 12_300 });
  await clock.advance(1000);
  expect(lease()?.leaseDurationSeconds).toBe(13);
});

test("a leader that cannot renew stops before another may lead", async () => {
  let connected = true;
  const first = candidate("a", () => connected);
  await clock.advance(1000);
  candidate("b");
  await clock.advance(10_000);
  connected = false;
  let both = 0;
  for (let i = 0; i < 30; i++) {
    await clock.advance(1000);
    if (running.length > 1) both++;
  }
  expect(both).toBe(0);
  expect(running).toEqual(["b"]);
  await expect(first.ended).rejects.toMatchObject({ code: "LeadershipLost" });
});

test("a short outage costs a leader nothing", async () => {
  let connected = true;
  candidate("a", () => connected);
  await clock.advance(10_000);
  connected = false;
  await clock.advance(7000);
  connected = true;
  await clock.advance(20_000);
  expect(running).toEqual(["a"]);
});

test("of two candidates that start together one leads", async () => {
  candidate("a");
  candidate("b");
  await clock.advance(30_000);
  expect(running).toHaveLength(1);
});

test("a component that ends ends the leadership", async () => {
  const client = clientFor(api.handler, { userAgent: "test", clock });
  const options = { client, env: testEnv(clock), namespace: "kube-system", name: "x", identity: "a" };
  const failing: Component = { name: "f", ready: () => true, run: () => Promise.reject(new Error("broken")) };
  const ended = leading(failing, options).run(new AbortController().signal);
  const expected = expect(ended).rejects.toThrow("broken");
  await clock.advance(1000);
  await expected;
  expect(lease()).toMatchObject({ holderIdentity: "" });
});
