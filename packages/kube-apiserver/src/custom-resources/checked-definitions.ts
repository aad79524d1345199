import { type CustomResourceDefinition, customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { type FieldError, invalid, required, type Resource } from "@skates/apimachinery";
import { checkDefinition } from "@skates/apiserver";
import { APPROVAL, approvalOf } from "./approval.ts";
import { CLEANUP_FINALIZER, terminating } from "./definition-status.ts";

const { strategy } = customResourceDefinitions;

/** Definitions whose schemas are checked, and which go only after their objects. */
export const checkedDefinitions: Resource<CustomResourceDefinition> = {
  ...customResourceDefinitions,
  strategy: {
    ...strategy,
    validate: (next, old, request) => [
      ...(strategy.validate?.(next, old, request) ?? []),
      ...checkApproval(next, old),
      ...checkDefinition(next, old),
    ],
    holds: ({ metadata }) => metadata.deletionTimestamp === undefined,
    markDeleting: (definition) => {
      const { metadata, status } = definition;
      const { finalizers = [], deletionTimestamp = "" } = metadata;
      if (finalizers.includes(CLEANUP_FINALIZER)) return definition;
      return {
        ...definition,
        metadata: { ...metadata, finalizers: [...finalizers, CLEANUP_FINALIZER] },
        status: terminating(status, deletionTimestamp),
      };
    },
  },
};

/** Groups of the community's own domains need somebody's approval; what was there without one may stay so. */
function checkApproval(
  next: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly FieldError[] {
  const approval = approvalOf(next);
  if (
    approval === undefined ||
    approval.reason === "ApprovedAnnotation" ||
    approval.reason === "UnapprovedAnnotation"
  ) {
    return [];
  }
  if (old !== undefined && approvalOf(old)?.reason === approval.reason) return [];
  const path = ["metadata", "annotations", { key: APPROVAL }];
  if (approval.reason === "MissingAnnotation") return [required(path, approval.message ?? "")];
  return [invalid(path, next.metadata.annotations?.[APPROVAL] ?? "", approval.message ?? "")];
}
