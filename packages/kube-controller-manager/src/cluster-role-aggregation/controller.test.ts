// Collected rules: what a cluster role with an aggregation rule gets from those that its selectors match.
import { type ClusterRole, clusterRoles, type PolicyRule } from "@skates/api/rbac/v1";
import { NOTHING } from "@skates/controller-runtime";
import { describe, expect, it } from "vitest";
import { startWorld } from "../testing/world.ts";
import { collectedRules, planAggregation } from "./controller.ts";

const rule = (verb: string): PolicyRule => ({ verbs: [verb], apiGroups: [""], resources: ["pods"] });
const role = (name: string, rules: readonly PolicyRule[], labels: Record<string, string> = {}): ClusterRole => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name, labels },
  rules,
});
const collecting = (name: string, label: string, rules: readonly PolicyRule[], labels = {}): ClusterRole => ({
  ...role(name, rules, labels),
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: "true" } }] },
});

describe("collected rules", () => {
  it("come from matching roles by name, each once, and not from the role itself", () => {
    const sum = collecting("sum", "to-sum", [rule("old")], { "to-sum": "true" });
    const all = [
      sum,
      role("b", [rule("list"), rule("get")], { "to-sum": "true" }),
      role("a", [rule("get")], { "to-sum": "true" }),
      role("c", [rule("delete")], { "to-sum": "false" }),
    ];
    expect(collectedRules(sum, all)).toEqual([rule("get"), rule("list")]);
  });

  it("are written where they differ, and only there", () => {
    const parts = [role("a", [rule("get")], { "to-view": "true" })];
    const view = collecting("view", "to-view", [rule("get")], { "to-edit": "true" });
    expect(planAggregation([...parts, view])).toBe(NOTHING);
    const edit = collecting("edit", "to-edit", []);
    const { apiVersion, kind } = edit;
    const body = { apiVersion, kind, metadata: { name: "edit" }, rules: [rule("get")] };
    expect(planAggregation([...parts, view, edit]).stages).toEqual([
      [{ do: "patch", resource: clusterRoles, key: { name: "edit" }, patch: { type: "apply", body } }],
    ]);
  });
});

it("are said to be the controller's, who applies them", async () => {
  const world = await startWorld();
  try {
    await world.create(clusterRoles, collecting("sum", "to-sum", []));
    await world.create(clusterRoles, role("a", [rule("get")], { "to-sum": "true" }));
    await world.pass(2);
    const { rules, metadata } = await world.get(clusterRoles, { name: "sum" });
    const managers = metadata.managedFields?.map(({ manager, operation }) => [manager, operation]);
    expect([rules, managers?.[0]]).toEqual([[rule("get")], ["clusterrole-aggregation-controller", "Apply"]]);
    await world.edit(clusterRoles, { name: "a" }, (one) => ({ ...one, metadata: { ...one.metadata, labels: {} } }));
    await world.pass(2);
    expect((await world.get(clusterRoles, { name: "sum" })).rules ?? []).toEqual([]);
  } finally {
    await world.stop();
  }
});
