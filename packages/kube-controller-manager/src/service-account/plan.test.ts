// The account of a namespace's pods, as pairs of what is there and what is made.
import type { Namespace, ServiceAccount } from "@skates/api/core/v1";
import { createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { planServiceAccount } from "./controller.ts";

interface Given {
  readonly phase?: "Active" | "Terminating";
  readonly going?: boolean;
  readonly accounts?: readonly string[];
  readonly gone?: boolean;
}
function made({ phase = "Active", going = false, accounts = [], gone = false }: Given): readonly unknown[] {
  const namespace: Namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "n", ...(going ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}) },
    spec: {},
    status: { phase },
  };
  const account = (name: string): ServiceAccount => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { namespace: "n", name },
  });
  const view = {
    namespaces: createLister(gone ? [] : [namespace]),
    serviceAccounts: createLister(accounts.map(account)),
  };
  return planServiceAccount(view, { name: "n" })
    .stages.flat()
    .map((action) => ("object" in action ? [action.do, action.object.metadata] : action.do));
}
const DEFAULT = [["create", { namespace: "n", name: "default" }]];

it.each<[string, Given, readonly unknown[]]>([
  ["that is new", {}, DEFAULT],
  ["with other accounts", { accounts: ["mine"] }, DEFAULT],
  ["that has it", { accounts: ["default"] }, []],
  ["that ends", { phase: "Terminating" }, []],
  ["that was told to go", { going: true }, []],
  ["that is gone", { gone: true }, []],
])("a namespace %s", (_title, given, outcome) => {
  expect(made(given)).toEqual(outcome);
});
