// Parts of the pods' addresses for nodes: the first free block, what is taken, and what is said when none is left.
import { type Node, nodes } from "@skates/api/core/v1";
import { createLister } from "@skates/controller-runtime";
import { afterEach, expect, it } from "vitest";
import { addNode, startWorld, type World } from "../testing/world.ts";
import { nodeBlocks } from "./blocks.ts";
import { planNodeBlocks } from "./controller.ts";

let world: World | undefined;
afterEach(async () => await world?.stop());

const node = (name: string, podCIDRs: readonly string[] = []): Node => ({
  kind: "Node",
  apiVersion: "v1",
  metadata: { name, creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: podCIDRs.length === 0 ? {} : { podCIDR: podCIDRs[0], podCIDRs },
});
function planned(all: readonly Node[], ranges: readonly string[], sizes = {}) {
  const plan = planNodeBlocks(
    { nodes: createLister(all) },
    ranges.map((range) => nodeBlocks(range, sizes)),
  );
  return plan.stages.flat().map((action) => {
    if (action.do === "event") return action.reason;
    if (action.do !== "patch") return action.do;
    const { podCIDR, podCIDRs } = (action.patch.body as Pick<Required<Node>, "spec">).spec;
    expect(podCIDR).toBe(podCIDRs?.[0]);
    return `${action.key.name} ${podCIDRs?.join(" ")}`;
  });
}

it("gives the first free block of each range", () => {
  expect(planned([node("a"), node("b")], ["10.244.0.0/16", "fd00:1::/56"])).toEqual([
    "a 10.244.0.0/24 fd00:1::/64",
    "b 10.244.1.0/24 fd00:1:0:1::/64",
  ]);
});

it("takes nothing away, passes over what is taken in any size, and ignores what lies elsewhere", () => {
  const all = [
    node("a", ["10.244.0.0/23"]),
    node("b"),
    node("c", ["10.244.3.128/25"]),
    node("d"),
    node("e", ["10.9.0.0/24"]),
  ];
  expect(planned(all, ["10.244.0.0/16"])).toEqual(["b 10.244.2.0/24", "d 10.244.4.0/24"]);
});

it("says when there is none left", () => {
  expect(planned([node("a"), node("b"), node("c")], ["10.0.0.0/24"], { ipv4: 25 })).toEqual([
    "a 10.0.0.0/25",
    "b 10.0.0.128/25",
    "CIDRNotAvailable",
  ]);
});

it.each(["10.0.0.0", "10.0.0.0/33", "x/8"])("refuses %s as a range", (range) => {
  expect(() => nodeBlocks(range)).toThrow("is no range of addresses");
});

it("refuses blocks larger than the range", () => {
  expect(() => nodeBlocks("10.0.0.0/24", { ipv4: 16 })).toThrow("blocks of /16 do not fit into 10.0.0.0/24");
});

it("works in a cluster: nodes that come at once get different blocks", async () => {
  world = await startWorld({ nodeIpam: { clusterCidrs: ["10.244.0.0/16"] } });
  for (let i = 0; i < 20; i++) await addNode(world, `n${i}`);
  await world.pass(5);
  const cidrs = (await world.list(nodes)).map(({ spec }) => spec?.podCIDR);
  expect(new Set(cidrs).size).toBe(20);
  expect(cidrs.every((cidr) => cidr?.startsWith("10.244.") === true)).toBe(true);
});
