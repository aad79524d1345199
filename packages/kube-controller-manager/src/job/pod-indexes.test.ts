// Which pods the plan of a job looks at: all but those that nothing depends on any more.
import type { Pod } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { TRACKING_FINALIZER } from "./job-pod.ts";
import { JOB_INDEXES, UNSETTLED } from "./pod-indexes.ts";

const owner = { apiVersion: "batch/v1", kind: "Job", name: "j", uid: "u", controller: true };
const found = (phase: "Running" | "Succeeded" | "Failed", tracked: boolean, owners = [owner]) => {
  const finalizers = tracked ? [TRACKING_FINALIZER] : [];
  const metadata = { namespace: "n", name: "p", finalizers, ownerReferences: owners };
  const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [] }, status: { phase } };
  return [JOB_INDEXES.job(pod), JOB_INDEXES[UNSETTLED](pod)];
};

test("a pod that succeeded is settled once it has been counted; one that failed may still make others wait", () => {
  expect([
    found("Running", true),
    found("Succeeded", true),
    found("Succeeded", false),
    found("Failed", false),
    found("Running", true, [{ ...owner, kind: "ReplicaSet" }]),
  ]).toEqual([
    [["n/j"], ["u"]],
    [["n/j"], ["u"]],
    [[], []],
    [[], ["u"]],
    [[], []],
  ]);
});
