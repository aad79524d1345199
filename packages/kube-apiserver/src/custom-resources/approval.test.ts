// Who approved a kind in a group of the community, as upstream's condition says it.
import type { CustomResourceDefinition } from "@skates/api/apiextensions/v1";
import { expect, test } from "vitest";
import { APPROVAL, approvalOf } from "./approval.ts";

const definition = (group: string, approval?: string): CustomResourceDefinition => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `boats.${group}`, annotations: approval === undefined ? {} : { [APPROVAL]: approval } },
  spec: { group, scope: "Cluster", names: { plural: "boats", kind: "Boat" }, versions: [] },
});

test.each([
  ["example.com", undefined, undefined],
  ["mock8s.io", undefined, undefined],
  ["sail.k8s.io", undefined, "False MissingAnnotation"],
  ["sail.kubernetes.io", "unapproved, for a test", "False UnapprovedAnnotation"],
  ["k8s.io", "https://github.com/kubernetes/kubernetes/pull/1", "True ApprovedAnnotation"],
  ["k8s.io", "because", "False InvalidAnnotation"],
])("%s %s", (group, approval, wanted) => {
  const found = approvalOf(definition(group, approval));
  expect(found === undefined ? undefined : `${found.status} ${found.reason}`).toBe(wanted);
});
