// Ranges of service addresses, as pairs of what is there and what becomes of the range.
import type { IPAddress, ServiceCIDR } from "@skates/api/networking/v1";
import { formatTime } from "@skates/apimachinery";
import { createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { planServiceCidr } from "./plan.ts";

const nowMs = Date.parse("2026-01-01T00:01:00Z");
const GUARD = "networking.k8s.io/service-cidr-finalizer";
interface Written {
  readonly cidrs?: readonly string[];
  readonly deletedAgo?: number;
  readonly guarded?: boolean;
  readonly ready?: boolean;
}
function range(name: string, { cidrs = ["10.0.0.0/24"], deletedAgo, guarded = true, ready }: Written): ServiceCIDR {
  const message = "Kubernetes Service CIDR is ready";
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: {
      name,
      finalizers: guarded ? [GUARD] : [],
      ...(deletedAgo === undefined ? {} : { deletionTimestamp: formatTime(nowMs - deletedAgo * 1000) }),
    },
    spec: { cidrs },
    ...(ready === true
      ? {
          status: {
            conditions: [
              { type: "Ready", status: "True", reason: "", message, lastTransitionTime: "2026-01-01T00:00:00Z" },
            ],
          },
        }
      : {}),
  };
}
const address = (name: string, managed = true): IPAddress => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "IPAddress",
  metadata: { name, labels: { "ipaddress.kubernetes.io/managed-by": managed ? "ipallocator.k8s.io" : "me" } },
  spec: { parentRef: { resource: "services", namespace: "n", name: "s" } },
});
interface Given extends Written {
  readonly addresses?: readonly IPAddress[];
  readonly others?: readonly ServiceCIDR[];
}
function outcome({ addresses = [], others = [], ...written }: Given): string {
  const view = { ranges: createLister([range("r", written), ...others]), addresses: createLister(addresses) };
  const { stages, requeueAfterMs } = planServiceCidr(view, { name: "r" }, nowMs);
  const [action] = stages.flat();
  if (action === undefined) return requeueAfterMs === undefined ? "stays" : `waits ${requeueAfterMs / 1000}`;
  const object = "object" in action ? (action.object as ServiceCIDR) : undefined;
  if (action.do === "update") return (object?.metadata.finalizers ?? []).length > 0 ? "guarded" : "let go";
  const [condition] = object?.status?.conditions ?? [];
  return `${condition?.status} ${condition?.reason}`;
}

it.each<[string, Given, string]>([
  ["is new", { guarded: false }, "guarded"],
  ["is guarded", {}, "True "],
  ["is said to be ready", { ready: true }, "stays"],
  ["goes, an address is in it", { deletedAgo: 60, addresses: [address("10.0.0.7")] }, "False Terminating"],
  ["goes, an address is elsewhere", { deletedAgo: 60, addresses: [address("10.0.1.7")] }, "let go"],
  ["goes, an address is nobody's service's", { deletedAgo: 60, addresses: [address("10.0.0.7", false)] }, "let go"],
  ["went a moment ago", { deletedAgo: 4 }, "waits 6"],
  ["went by a clock that is ahead", { deletedAgo: -3600 }, "waits 10"],
  [
    "goes, and a larger one holds its addresses",
    { deletedAgo: 60, addresses: [address("10.0.0.7")], others: [range("l", { cidrs: ["10.0.0.0/16"] })] },
    "let go",
  ],
  [
    "goes together with the larger one",
    {
      deletedAgo: 60,
      addresses: [address("10.0.0.7")],
      others: [range("l", { cidrs: ["10.0.0.0/16"], deletedAgo: 60 })],
    },
    "False Terminating",
  ],
  [
    "goes, of two families",
    { deletedAgo: 60, cidrs: ["10.0.0.0/24", "fd00::/112"], addresses: [address("fd00::7")] },
    "False Terminating",
  ],
  ["is not guarded any more", { deletedAgo: 60, guarded: false }, "stays"],
])("a range that %s", (_title, given, becomes) => {
  expect(outcome(given)).toBe(becomes);
});
