import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const CLOUD_PROVIDER_FLAGS: FlagSpecs = {
  "cloud-provider": {
    type: "string",
    value: "external",
    doc: "Leave the initialization of nodes and their addresses to a cloud provider's own controller (external).",
  },
};

/** Whether nodes wait for a cloud provider. Throws a usage error for another value than `external`. */
export function externalCloudProviderFrom(flags: FlagValues): boolean {
  const provider = flags.string("cloud-provider") ?? "";
  if (provider !== "" && provider !== "external") {
    throw usageError(`--cloud-provider=${provider} is not known: use external, or leave it out`);
  }
  return provider === "external";
}
