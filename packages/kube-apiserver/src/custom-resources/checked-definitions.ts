import { type CustomResourceDefinition, customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { type FieldError, required, type Resource } from "@skates/apimachinery";
import { checkDefinition } from "@skates/apiserver";
import { CLEANUP_FINALIZER, terminating } from "./definition-status.ts";

const APPROVAL = "api-approved.kubernetes.io";
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

/** Groups of the community's own domains need somebody's approval. */
function checkApproval(
  { spec, metadata }: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly FieldError[] {
  const guarded = /(^|\.)(k8s\.io|kubernetes\.io)$/.test(spec.group);
  if (!guarded || old !== undefined || (metadata.annotations?.[APPROVAL] ?? "") !== "") return [];
  const text = `protected groups must have approval annotation "${APPROVAL}", see https://github.com/kubernetes/enhancements/pull/1111`;
  return [required(["metadata", "annotations", { key: APPROVAL }], text)];
}
