import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const ENCRYPTION_FLAGS: FlagSpecs = {
  "encryption-provider-config": {
    type: "file",
    value: "FILE",
    doc: "How objects are encrypted in the store: an EncryptionConfiguration (default <data-dir>/encryption.yaml: secrets).",
  },
  "encryption-provider-config-automatic-reload": {
    type: "bool",
    doc: "Look every minute whether that file has changed.",
  },
};

export function encryptionFileFrom(flags: FlagValues): string | undefined {
  const file = flags.string("encryption-provider-config");
  return file === "" ? undefined : file;
}

export function reloadsEncryption(flags: FlagValues): boolean {
  return flags.bool("encryption-provider-config-automatic-reload");
}
