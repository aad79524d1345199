/** Version of Skates itself. */
export const SKATES_VERSION = "0.1.0";
/** The release of Kubernetes whose API and behaviour this is. */
export const KUBERNETES_VERSION = "1.36.4";
/** What /version, nodes and `skates version` say. */
export const GIT_VERSION = `v${KUBERNETES_VERSION}+skates.${SKATES_VERSION}`;
