import type { ApiObject, Resource } from "@skates/apimachinery";

/**
 * Kinds that are stored and served, but that nothing acts on yet. Whoever creates one is warned, so that a success does not promise
 * more than there is. By `<group>/<plural>`; an entry goes with the component that makes it true.
 */
const PENDING: Readonly<Record<string, string>> = {
  "networking.k8s.io/ingresses": "no proxy serves them",
  "networking.k8s.io/networkpolicies": "they are not enforced",
};

/** The resource, warning of what is missing when an object of it is created. */
export function withPendingWarning<T extends ApiObject>(resource: Resource<T>): Resource<T> {
  const missing = PENDING[`${resource.group}/${resource.plural}`];
  if (missing === undefined) return resource;
  const name = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  const warning = `this version of Skates stores ${name} but does not act on them: ${missing}`;
  const { strategy } = resource;
  return {
    ...resource,
    strategy: {
      ...strategy,
      warnings: (next, old) => [...(strategy.warnings?.(next, old) ?? []), ...(old === undefined ? [warning] : [])],
    },
  };
}

/** Names of the kinds with such a warning, for the test that compares them with the kinds that are served. */
export function pendingKinds(): readonly string[] {
  return Object.keys(PENDING);
}
