// Which flow a request belongs to, how many seats levels have, and how they borrow.
import type { UserInfo } from "@skates/apimachinery";
import { routeOf } from "@skates/apiserver";
import { seededRandom, virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { allocate } from "./concurrency-shares.ts";
import { suggestedConfiguration } from "./default-configuration.ts";
import { PriorityLevels } from "./priority-levels.ts";

const clock = virtualClock();
const make = (serverSeats = 600): PriorityLevels => new PriorityLevels({ clock, random: seededRandom(1), serverSeats });
const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, "system:authenticated"] });
const route = (method: string, path: string) => routeOf(method, path, new URLSearchParams());
const POD = "/api/v1/namespaces/shop/pods/web";
const LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1";

it.each([
  [user("admin", "system:masters"), "GET", POD, "exempt", "exempt"],
  [user("ann"), "GET", POD, "global-default", "global-default"],
  [user("ann"), "GET", "/healthz/ping", "probes", "exempt"],
  [user("ann"), "GET", "/version", "global-default", "global-default"],
  [user("system:node:n1", "system:nodes"), "GET", POD, "system-nodes", "system"],
  [user("system:node:n1", "system:nodes"), "PUT", LEASE, "system-node-high", "node-high"],
  [user("system:node:n1", "system:nodes"), "PATCH", "/api/v1/nodes/n1/status", "system-node-high", "node-high"],
  [user("system:kube-scheduler"), "GET", POD, "kube-scheduler", "workload-high"],
  [user("system:kube-scheduler"), "PUT", LEASE, "system-leader-election", "leader-election"],
  [user("system:serviceaccount:kube-system:x"), "GET", POD, "kube-system-service-accounts", "workload-high"],
  [user("system:serviceaccount:shop:x", "system:serviceaccounts"), "GET", POD, "service-accounts", "workload-low"],
  [{ name: "system:anonymous", groups: ["system:unauthenticated"] }, "GET", POD, "global-default", "global-default"],
])("%o %s %s is %s", (who, method, path, schema, level) => {
  const levels = make();
  levels.use(suggestedConfiguration());
  const flow = levels.find(who, route(method, path));
  expect([flow?.name, flow?.level.name]).toEqual([schema, level]);
});

it("what is mandatory is there although nobody stored it", () => {
  const levels = make();
  expect(levels.find(user("ann"), route("GET", POD))?.name).toBe("catch-all");
  expect(levels.find(user("admin", "system:masters"), route("GET", POD))?.name).toBe("exempt");
});

it("a schema whose level does not exist is passed over", () => {
  const levels = make();
  const { levels: all, schemas } = suggestedConfiguration();
  levels.use({ levels: all.filter(({ metadata }) => metadata.name !== "global-default"), schemas });
  expect(levels.find(user("ann"), route("GET", POD))?.name).toBe("catch-all");
});

describe("seats", () => {
  const stateOf = (levels: PriorityLevels, name: string) => {
    const level = levels.levels.get(name);
    return { nominal: level?.nominal, lower: level?.lower, limit: level?.queues.state.limit };
  };

  it("are shared by upstream's numbers", () => {
    const levels = make();
    levels.use(suggestedConfiguration());
    // 245 shares in all; rounded up.
    expect(stateOf(levels, "workload-low")).toEqual({ nominal: 245, lower: 24, limit: 245 });
    expect(stateOf(levels, "global-default")).toEqual({ nominal: 49, lower: 24, limit: 49 });
    expect(stateOf(levels, "catch-all")).toEqual({ nominal: 13, lower: 13, limit: 13 });
  });

  it("are lent by idle levels to one that asks for more, and come back", async () => {
    const levels = make();
    levels.use(suggestedConfiguration());
    const busy = levels.levels.get("global-default");
    busy?.queues.demand.set(400, clock.monotonicMs());
    await clock.advance(10_000);
    levels.borrow();
    expect(stateOf(levels, "global-default").limit).toBeGreaterThan(250);
    expect(stateOf(levels, "workload-low").limit).toBeLessThan(100);
    expect(stateOf(levels, "catch-all").limit).toBeGreaterThanOrEqual(13);
    busy?.queues.demand.set(0, clock.monotonicMs());
    for (let i = 0; i < 300; i++) {
      await clock.advance(10_000);
      levels.borrow();
    }
    expect(stateOf(levels, "global-default").limit).toBeLessThan(100);
  });

  it("a level that may not borrow keeps to its own", async () => {
    const levels = make();
    const { levels: all, schemas } = suggestedConfiguration();
    const bounded = all.map((level) =>
      level.metadata.name === "global-default" && level.spec.limited !== undefined
        ? { ...level, spec: { ...level.spec, limited: { ...level.spec.limited, borrowingLimitPercent: 0 } } }
        : level,
    );
    levels.use({ levels: bounded, schemas });
    levels.levels.get("global-default")?.queues.demand.set(400, clock.monotonicMs());
    await clock.advance(10_000);
    levels.borrow();
    expect(stateOf(levels, "global-default").limit).toBe(49);
  });
});

it("allocation gives each the same part of its target, within bounds, and all of it", () => {
  const shares = allocate(100, [
    { lower: 10, upper: 100, target: 10 },
    { lower: 5, upper: 100, target: 100 },
    { lower: 5, upper: 20, target: 100 },
  ]);
  expect(shares.map(Math.round)).toEqual([10, 70, 20]);
});
