/**
 * Whether a member of this version answers a demand for progress only when everything up to it has been sent. Versions before 3.4.31
 * and 3.5.13 may answer too early, and a cache that believes them serves the past as the present.
 */
export function progressOnDemand(version: string): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (match === null) return false;
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (major !== 3) return major > 3;
  if (minor === 4) return patch >= 31;
  if (minor === 5) return patch >= 13;
  return minor > 5;
}
