import type { FieldText, Strategy } from "@skates/apimachinery";
import type { Namespace } from "./namespace.ts";

/** The finalizer that the namespace controller removes once the namespace is empty. */
export const NAMESPACE_FINALIZER = "kubernetes";
/** Every namespace carries its own name under this label. */
export const NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name";

/** Where namespaces depart from the conventions: they go only when emptied, by a finalizer of their own. */
export const namespaceStrategy: Strategy<Namespace> = {
  prepare(next, old, request) {
    const named = namespaceDefaults(next);
    if (old === undefined) return { ...withFinalizer(named), status: { phase: "Active" } };
    if (request.subresource !== undefined) return named;
    return { ...named, spec: { ...named.spec, finalizers: old.spec.finalizers } };
  },
  views: {
    finalize: (next, old) => ({ ...old, metadata: next.metadata, spec: next.spec }),
  },
  holds: (namespace) => (namespace.spec.finalizers ?? []).length > 0,
  markDeleting: (namespace) => ({ ...namespace, status: { ...namespace.status, phase: "Terminating" } }),
  returnsDeleted: true,
};

/** Field selectors of namespaces. */
export const namespaceFields: Readonly<Record<string, FieldText<Namespace>>> = {
  "status.phase": (namespace) => namespace.status?.phase ?? "",
};

/** The label with the name, once the name is known. */
export function namespaceDefaults(namespace: Namespace): Namespace {
  const { name, labels } = namespace.metadata;
  if (name === "" || labels?.[NAMESPACE_NAME_LABEL] === name) return namespace;
  return { ...namespace, metadata: { ...namespace.metadata, labels: { ...labels, [NAMESPACE_NAME_LABEL]: name } } };
}

function withFinalizer(namespace: Namespace): Namespace {
  const finalizers = namespace.spec.finalizers ?? [];
  if (finalizers.includes(NAMESPACE_FINALIZER)) return namespace;
  return { ...namespace, spec: { ...namespace.spec, finalizers: [...finalizers, NAMESPACE_FINALIZER] } };
}
