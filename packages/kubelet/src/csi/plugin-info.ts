import type { PluginOffer } from "../plugins/plugin-offer.ts";

/** Why a plugin is not taken as a CSI driver, in upstream's words; undefined: it is. */
export function csiRefusal({ name, endpoint, versions }: PluginOffer): string | undefined {
  if (name === "") return `validation failed for CSI Driver at endpoint ${endpoint}: it has no name`;
  const problem = versionProblem(name, versions);
  return problem === undefined
    ? undefined
    : `validation failed for CSI Driver ${name} at endpoint ${endpoint}: ${problem}`;
}

function versionProblem(name: string, versions: readonly string[]): string | undefined {
  const about = `kubernetes.io/csi: ValidatePlugin for CSI driver ${JSON.stringify(name)} failed.`;
  if (versions.length === 0) return `${about} Plugin returned an empty list for supported versions`;
  if (versions.some((version) => /^v?1(?:\.\d+){0,2}$/.test(version))) return undefined;
  const list = versions.map((version) => JSON.stringify(version)).join(" ");
  return `${about} None of the versions specified [${list}] are supported`;
}
