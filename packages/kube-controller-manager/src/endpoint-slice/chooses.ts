import type { Pod } from "@skates/api/core/v1";

/** True if the pod has all labels of a service's selector. Called for each pod and service of a namespace: nothing is made for it. */
export function chooses(selector: Readonly<Record<string, string>>, { metadata: { labels } }: Pod): boolean {
  if (labels === undefined) return false;
  for (const name in selector) if (labels[name] !== selector[name]) return false;
  return true;
}
