/** No object says that a cluster's authorities were replaced: whoever publishes their certificates looks this often. */
export const AUTHORITIES_LOOK_MS = 10_000;
