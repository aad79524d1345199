import type { PluginInfo } from "@skates/api/plugin-registration/v1";

/** What a plugin at a socket says that it is. */
export interface PluginOffer {
  readonly type: string;
  readonly name: string;
  /** Path of the socket of its services. */
  readonly endpoint: string;
  readonly versions: readonly string[];
}

/** Without an endpoint it is served where it was asked. */
export function pluginOffer(info: PluginInfo, socket: string): PluginOffer {
  const { type = "", name = "", endpoint = "", supportedVersions: versions = [] } = info;
  return { type, name, endpoint: endpoint === "" ? socket : endpoint.replace(/^unix:(?:\/\/)?/, ""), versions };
}
