// Routes to pods of other nodes follow the nodes, on a table in memory and virtual time.
import type { Node } from "@skates/api/core/v1";
import { silentLogger, virtualClock } from "@skates/component-base";
import type { Delta, Informer } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { createNodeRoutes, type NodeRoute, podRoutes, type RouteTable } from "./node-routes.ts";

const node = (name: string, podCIDR: string | undefined, address: string, creationTimestamp = "2026-01-01"): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, creationTimestamp },
  spec: podCIDR === undefined ? {} : { podCIDR },
  status: { addresses: [{ type: "InternalIP", address }] },
});

/** An informer whose content the test sets. */
function fixed(first: readonly Node[]) {
  let items = first;
  const listeners = new Set<(delta: Delta<Node>) => void>();
  const informer: Pick<Informer<Node>, "list" | "whenSynced" | "subscribe"> = {
    list: () => items,
    whenSynced: () => Promise.resolve(),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    informer: informer as Informer<Node>,
    set(next: readonly Node[]) {
      const [old] = items;
      const [object] = next;
      items = next;
      if (old === undefined || object === undefined) return;
      for (const listener of listeners) listener({ type: "updated", object, old });
    },
  };
}

function memoryTable(others: readonly string[] = []) {
  const routes = new Map<string, string>();
  const state = { ours: true, routes, writes: 0, asked: 0 };
  const table: RouteTable = {
    list: () => Promise.resolve([...routes].map(([to, via]): NodeRoute => ({ to, via }))),
    add: ({ to, via }) => {
      if (others.includes(to)) return Promise.reject(new Error("File exists"));
      state.writes++;
      routes.set(to, via);
      return Promise.resolve();
    },
    remove: ({ to }) => {
      state.writes++;
      routes.delete(to);
      return Promise.resolve();
    },
    reach: (address) => {
      state.asked++;
      return Promise.resolve(address.startsWith("192.0.2.") ? "link" : address === "198.51.100.1" ? "self" : "router");
    },
    ours: () => Promise.resolve(state.ours),
  };
  return { table, state };
}

async function started(nodes: readonly Node[], others: readonly string[] = []) {
  const clock = virtualClock();
  const warned: unknown[] = [];
  const log = { ...silentLogger, warn: (_text: string, pairs?: object) => void warned.push(pairs) };
  const { informer, set } = fixed(nodes);
  const { table, state } = memoryTable(others);
  const stop = new AbortController();
  const component = createNodeRoutes({
    env: { clock, log },
    nodes: informer,
    nodeName: "me",
    clusterCidr: "10.244.0.0/16",
    table,
  });
  const running = component.run(stop.signal);
  await clock.advance(1);
  return {
    clock,
    set,
    state,
    warned,
    end: async () => {
      stop.abort();
      await running;
    },
  };
}

const ME = node("me", "10.244.0.0/24", "192.0.2.1");

it("makes, moves and removes routes as nodes come, move and go, and puts back what somebody flushed", async () => {
  const at = await started([ME, node("b", "10.244.1.0/24", "192.0.2.2"), node("c", "10.244.2.0/24", "192.0.2.3")]);
  expect([...at.state.routes]).toEqual([
    ["10.244.1.0/24", "192.0.2.2"],
    ["10.244.2.0/24", "192.0.2.3"],
  ]);
  at.set([node("b", "10.244.1.0/24", "192.0.2.9"), ME]);
  await at.clock.advance(1);
  expect([...at.state.routes]).toEqual([["10.244.1.0/24", "192.0.2.9"]]);
  const { writes, asked } = at.state;
  at.set([{ ...node("b", "10.244.1.0/24", "192.0.2.9"), metadata: { name: "b", labels: { a: "b" } } }, ME]);
  await at.clock.advance(60_000);
  expect([at.state.writes, at.state.asked]).toEqual([writes, asked]);
  at.state.routes.clear();
  await at.clock.advance(30_000);
  expect([...at.state.routes]).toEqual([["10.244.1.0/24", "192.0.2.9"]]);
  await at.end();
});

it("tells once of nodes behind a router and of routes of others, and leaves all to another network plugin", async () => {
  const nodes = [
    ME,
    node("far", "10.244.1.0/24", "203.0.113.7"),
    node("simulated", "10.244.2.0/24", "198.51.100.1"),
    node("tunnelled", "10.244.3.0/24", "192.0.2.3"),
    node("near", "10.244.4.0/24", "192.0.2.4"),
  ];
  const at = await started(nodes, ["10.244.3.0/24"]);
  await at.clock.advance(90_000);
  expect([...at.state.routes.keys()]).toEqual(["10.244.4.0/24"]);
  expect(at.warned).toEqual([
    { to: "10.244.1.0/24", via: "203.0.113.7" },
    { to: "10.244.3.0/24", via: "192.0.2.3", error: "File exists" },
  ]);
  at.state.ours = false;
  await at.clock.advance(30_000);
  expect([...at.state.routes]).toEqual([]);
  await at.end();
});

it("believes no node that asks for more than its part: not ours, not another's, nothing outside", () => {
  const routes = (...nodes: readonly Node[]) =>
    podRoutes({ nodes: fixed([...nodes, ME]).informer, nodeName: "me", clusterCidr: "10.244.0.0/16" });
  expect(
    routes(
      node("a", "10.244.0.0/24", "192.0.2.66"),
      node("b", "0.0.0.0/1", "192.0.2.66"),
      node("c", "10.244.0.0/16", "192.0.2.66"),
      node("d", "10.96.0.0/24", "192.0.2.66"),
      node("e", "10.244.7.0/24 dev lo", "192.0.2.66"),
      node("f", "10.244.8.1/24", "fd00::1"),
      node("g", undefined, "192.0.2.66"),
      node("late", "10.244.5.0/24", "192.0.2.66", "2026-02-01"),
      node("rightful", "10.244.5.0/24", "192.0.2.5"),
    ),
  ).toEqual([{ to: "10.244.5.0/24", via: "192.0.2.5" }]);
});
