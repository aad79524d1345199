type Labels = Readonly<Record<string, string>>;

/** True if a pod with these labels has all of a service's selector. Called for each pod and service of a namespace: nothing is made for it. */
export function chooses(selector: Labels, labels: Labels | undefined): boolean {
  if (labels === undefined) return false;
  for (const name in selector) if (labels[name] !== selector[name]) return false;
  return true;
}
