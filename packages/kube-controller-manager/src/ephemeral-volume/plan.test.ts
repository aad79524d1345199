// Claims of generic ephemeral volumes, as pairs of what is there and what is made or told.
import type { PersistentVolumeClaim, Pod } from "@skates/api/core/v1";
import { StatusError } from "@skates/apimachinery";
import { type ActionFailure, createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { ephemeralVolumeController } from "./controller.ts";

interface Given {
  readonly going?: boolean;
  readonly phase?: "Running" | "Succeeded";
  /** The uid of the owner of the claim that is there. */
  readonly owner?: string;
  readonly refused?: string;
}
function outcome({ going = false, phase = "Running", owner, refused }: Given): readonly unknown[] {
  const labels = { app: "a" };
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "n", name: "p", uid: "u", ...(going ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}) },
    spec: {
      containers: [],
      volumes: [
        { name: "e", emptyDir: {} },
        {
          name: "v",
          ephemeral: { volumeClaimTemplate: { metadata: { name: "", labels }, spec: { storageClassName: "s" } } },
        },
      ],
    },
    status: { phase },
  };
  const claim = (uid: string): PersistentVolumeClaim => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      namespace: "n",
      name: "p-v",
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid, controller: true }],
    },
    spec: {},
  });
  const view = { pods: createLister([pod]), claims: createLister(owner === undefined ? [] : [claim(owner)]) };
  const key = { namespace: "n", name: "p" };
  const plan = (failures: readonly ActionFailure[]) =>
    ephemeralVolumeController.plan(view, key, 0, failures).stages.flat();
  const [first] = plan([]);
  const failures =
    refused === undefined || first === undefined
      ? []
      : [{ action: first, error: new StatusError("Forbidden", refused) }];
  return plan(failures).map((action) => {
    if (action.do === "event") return `${action.type} ${action.reason}: ${action.message}`;
    return "object" in action ? [action.do, action.object] : action.do;
  });
}
const MADE = [
  "create",
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      namespace: "n",
      name: "p-v",
      labels: { app: "a" },
      annotations: undefined,
      ownerReferences: [
        { apiVersion: "v1", kind: "Pod", name: "p", uid: "u", controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: { storageClassName: "s" },
  },
];

it.each<[string, Given, readonly unknown[]]>([
  ["has none", {}, [MADE]],
  ["has it", { owner: "u" }, []],
  [
    "meets a claim of somebody else's",
    { owner: "before" },
    ["Warning FailedBinding: ephemeral volume v: PVC n/p-v was not created for pod n/p (pod is not owner)"],
  ],
  ["was refused one", { refused: "quota" }, ["Warning FailedBinding: ephemeral volume v: create PVC p-v: quota", MADE]],
  ["goes", { going: true }, []],
  ["has ended", { phase: "Succeeded" }, []],
])("a pod that %s", (_title, given, done) => {
  expect(outcome(given)).toEqual(done);
});
