// Claims that ask for more than they have, as pairs of what is there and what is done.
import type { PersistentVolume, PersistentVolumeClaim } from "@skates/api/core/v1";
import { LOCAL_PATH } from "@skates/api/storage/v1";
import { createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { volumeExpandController } from "./controller.ts";

interface Given {
  readonly wants?: string;
  readonly has?: string;
  readonly volumeHas?: string;
  readonly bound?: boolean;
  readonly ours?: boolean;
  readonly of?: string;
}
function outcome({ wants = "2Gi", has = "1Gi", volumeHas = has, bound = true, ours = true, of = "u" }: Given): string {
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { namespace: "n", name: "c", uid: "u" },
    spec: { volumeName: "v", resources: { requests: { storage: wants } } },
    status: { phase: bound ? "Bound" : "Pending", capacity: { storage: has } },
  };
  const annotations = ours ? { "pv.kubernetes.io/provisioned-by": LOCAL_PATH.provisioner } : {};
  const volume: PersistentVolume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "v", annotations },
    spec: {
      capacity: { storage: volumeHas },
      claimRef: { namespace: "n", name: "c", uid: of },
      ...(ours ? { local: { path: "/x" } } : { csi: { driver: "d", volumeHandle: "h" } }),
    },
  };
  const view = { claims: createLister([claim]), volumes: createLister([volume]) };
  const actions = volumeExpandController.plan(view, { namespace: "n", name: "c" }, 0, []).stages.flat();
  const done = actions.map((action) => {
    if (action.do === "event") return `${action.type} ${action.reason}: ${action.message}`;
    const object = "object" in action ? (action.object as PersistentVolume & PersistentVolumeClaim) : undefined;
    return `${action.do} ${object?.kind} ${(object?.status?.capacity ?? object?.spec.capacity)?.["storage"]}`;
  });
  return done.length === 0 ? "nothing" : done.join("; ");
}

it.each<[string, Given, string]>([
  ["has what it wants", { has: "2Gi" }, "nothing"],
  ["wants less", { wants: "500Mi" }, "nothing"],
  ["is not bound yet", { bound: false }, "nothing"],
  ["names a volume of another claim", { of: "before" }, "nothing"],
  ["has a volume of ours", {}, "Normal Resizing: External resizer is resizing volume v; update PersistentVolume 2Gi"],
  ["has a volume that has grown", { volumeHas: "2Gi" }, "updateStatus PersistentVolumeClaim 2Gi"],
  [
    "has a volume of a driver",
    { ours: false },
    "Normal ExternalExpanding: waiting for an external controller to expand this PVC",
  ],
])("a claim that %s", (_title, given, done) => {
  expect(outcome(given)).toBe(done);
});
