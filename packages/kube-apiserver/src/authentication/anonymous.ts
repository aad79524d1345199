/** Who may ask without any credentials. */
export type AnonymousAccess =
  | { readonly enabled: false }
  /** Absent conditions: on every path; what it may then do is for authorization to say. */
  | { readonly enabled: true; readonly conditions?: readonly AnonymousCondition[] | undefined };

export interface AnonymousCondition {
  /** As sent; matched whole. */
  readonly path: string;
}

/** Whether the server lives, what it is, and whom nodes that join may trust. */
export const OPEN_PATHS: AnonymousAccess = {
  enabled: true,
  conditions: [
    "/healthz",
    "/livez",
    "/readyz",
    "/version",
    "/version/",
    "/api/v1/namespaces/kube-public/configmaps/cluster-info",
  ].map((path) => ({ path })),
};

/** Whether a request without credentials is let through to authorization. */
export function letsAnonymous(access: AnonymousAccess, path: string): boolean {
  if (!access.enabled) return false;
  const { conditions } = access;
  if (conditions === undefined || conditions.length === 0) return true;
  return conditions.some((condition) => condition.path === path);
}
