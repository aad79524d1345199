import { PLUGIN_TYPE, type PluginInfo } from "@skates/api/plugin-registration/v1";

/** A CSI driver that can be taken. */
export interface CsiPlugin {
  readonly name: string;
  /** Path of the socket of its services. */
  readonly endpoint: string;
}

/** What a plugin at a socket is to this kubelet: a driver, or the reason, in upstream's words, why it is not taken. */
export function csiPluginOf(info: PluginInfo, socket: string): CsiPlugin | { readonly refusal: string } {
  const { type = "", name = "", endpoint: stated = "", supportedVersions = [] } = info;
  if (type !== PLUGIN_TYPE.csi)
    return { refusal: `no handler registered for plugin type: ${type} at socket ${socket}` };
  const endpoint = stated === "" ? socket : stated.replace(/^unix:(?:\/\/)?/, "");
  if (name === "") return { refusal: `validation failed for CSI Driver at endpoint ${endpoint}: it has no name` };
  const problem = versionProblem(name, supportedVersions);
  return problem === undefined
    ? { name, endpoint }
    : { refusal: `validation failed for CSI Driver ${name} at endpoint ${endpoint}: ${problem}` };
}

function versionProblem(name: string, versions: readonly string[]): string | undefined {
  const about = `kubernetes.io/csi: ValidatePlugin for CSI driver ${JSON.stringify(name)} failed.`;
  if (versions.length === 0) return `${about} Plugin returned an empty list for supported versions`;
  if (versions.some((version) => /^v?1(?:\.\d+){0,2}$/.test(version))) return undefined;
  const list = versions.map((version) => JSON.stringify(version)).join(" ");
  return `${about} None of the versions specified [${list}] are supported`;
}
