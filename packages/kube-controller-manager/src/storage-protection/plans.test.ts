// What becomes of storage's protection, as pairs: of claims by the pods that use them, of volumes and classes by whether they are used.
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  persistentVolumes,
  type Volume,
} from "@skates/api/core/v1";
import { expect, it } from "vitest";
import { type ClaimStep, claimStep } from "./claim-use.ts";
import { planProtection } from "./controllers.ts";

const AT = "2026-01-01T00:00:00Z";

interface ClaimWritten {
  readonly deleted?: boolean;
  readonly guarded?: boolean;
  readonly owner?: string;
}
function claim({ deleted = true, guarded = true, owner }: ClaimWritten = {}): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      namespace: "n",
      name: "p-v",
      ...(deleted ? { deletionTimestamp: AT } : {}),
      finalizers: guarded ? ["kubernetes.io/pvc-protection"] : ["example.com/other"],
      ownerReferences:
        owner === undefined ? [] : [{ apiVersion: "v1", kind: "Pod", name: "p", uid: owner, controller: true }],
    },
    spec: {},
  };
}
const NAMED: Volume = { name: "data", persistentVolumeClaim: { claimName: "p-v" } };
const OWN: Volume = { name: "v", ephemeral: { volumeClaimTemplate: { spec: {} } } };
interface PodWritten {
  readonly on?: string;
  readonly volumes?: readonly Volume[];
  /** Seconds that it still has; undefined: it stays. */
  readonly grace?: number;
  readonly phase?: "Running" | "Succeeded";
}
function pod({ on = "n1", volumes = [NAMED], grace, phase = "Running" }: PodWritten = {}): Pod {
  const going = grace === undefined ? {} : { deletionTimestamp: AT, deletionGracePeriodSeconds: grace };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "n", name: "p", uid: "u", ...going },
    spec: { nodeName: on, containers: [], volumes },
    status: { phase },
  };
}

const CLAIMS: readonly (readonly [string, PersistentVolumeClaim, readonly Pod[], ClaimStep])[] = [
  ["stays and is protected", claim({ deleted: false }), [], "nothing"],
  ["stays without protection", claim({ deleted: false, guarded: false }), [], "protect"],
  ["goes and waits for others", claim({ guarded: false }), [], "nothing"],
  ["goes, without pods", claim(), [], "ask"],
  ["goes, a pod on a node uses it", claim(), [pod()], "nothing"],
  ["goes, a pod without a node names it", claim(), [pod({ on: "" })], "ask"],
  ["goes, a pod that has ended names it", claim(), [pod({ phase: "Succeeded" })], "nothing"],
  ["goes, a pod that is shut down names it", claim(), [pod({ grace: 0 })], "nothing"],
  ["goes, a pod has another volume", claim(), [pod({ volumes: [{ name: "v", emptyDir: {} }] })], "ask"],
  ["was made for the pod that uses it", claim({ owner: "u" }), [pod({ volumes: [OWN] })], "nothing"],
  ["was made for a pod that ends", claim({ owner: "u" }), [pod({ volumes: [OWN], grace: 30 })], "nothing"],
  ["was made for a pod that is shut down", claim({ owner: "u" }), [pod({ volumes: [OWN], grace: 0 })], "ask"],
  ["was made for an earlier pod of that name", claim({ owner: "before" }), [pod({ volumes: [OWN] })], "ask"],
];

it.each(CLAIMS)("a claim that %s", (_title, one, pods, step) => {
  expect(claimStep(one, pods)).toBe(step);
});

const volume = (finalizers: readonly string[], deleted: boolean): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "v", finalizers, ...(deleted ? { deletionTimestamp: AT } : {}) },
  spec: {},
});

it.each([
  ["stays and is protected", ["guard", "other"], false, false, undefined],
  ["stays without protection", ["other"], false, false, ["other", "guard"]],
  ["goes and is used", ["guard"], true, true, undefined],
  ["goes and is not used", ["guard", "other"], true, false, ["other"]],
  ["goes without protection", ["other"], true, false, undefined],
])("an object that %s", (_title, finalizers, deleted, used, written) => {
  const protection = { resource: persistentVolumes, finalizer: "guard" };
  const actions = planProtection(protection, volume(finalizers, deleted), used).stages.flat();
  expect(actions.map((action) => ("object" in action ? action.object.metadata.finalizers : action.do))).toEqual(
    written === undefined ? [] : [written],
  );
});
