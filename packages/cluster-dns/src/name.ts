/** Names are lower case, without the final dot: `kubernetes.default.svc.cluster.local`. The root is the empty string. */
export type Name = string;

/** The labels of a name, from the left. */
export function labelsOf(name: Name): readonly string[] {
  return name === "" ? [] : name.split(".");
}

/** What stands before `suffix` in `name`: empty if they are equal, undefined if `name` does not end in it. */
export function below(name: Name, suffix: Name): string | undefined {
  if (name === suffix) return "";
  return name.endsWith(`.${suffix}`) ? name.slice(0, -suffix.length - 1) : undefined;
}
