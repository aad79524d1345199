import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { builtinResources } from "@skates/api";
import {
  type EncryptionConfiguration,
  encryptionConfigurationKind,
  groupResourceOf,
  validateEncryptionConfiguration,
} from "@skates/api/apiserver/v1";
import { readConfiguration, refuseFindings } from "@skates/apimachinery";
import { messageOf } from "@skates/component-base";
import type { GroupResource } from "@skates/storage/node";
import { failure } from "../cli/errors.ts";
import { flagsFrom } from "../cli/flags.ts";
import { encryptionFileFrom } from "../component-flags/encryption.ts";
import type { ClusterConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";
import { storagePrefixOf, type StoreLocation } from "./store.ts";

/** Where a cluster's objects are, and with which flags. */
export type EncryptedLocation = StoreLocation & Pick<ClusterConfig, "flags">;

/**
 * The file that says how objects are encrypted: the one that the flag names, else the generated one of a store in the data directory.
 * Undefined: they are in the clear, as in an etcd for which no file was named.
 */
export function encryptionFile(paths: Paths, { etcd, flags }: EncryptedLocation): string | undefined {
  const named = encryptionFileFrom(flagsFrom(flags ?? {}));
  if (named !== undefined) return named;
  return etcd === undefined && existsSync(paths.encryption) ? paths.encryption : undefined;
}

/** Makes the data directory's own file, with a key of its own, unless there is one. Secrets of earlier versions stay readable. */
export function ensureEncryptionFile(paths: Paths): void {
  if (existsSync(paths.encryption)) return;
  const text = `# Made by Skates. Whoever has this file can read the cluster's secrets; without it nobody can: keep a copy with your snapshots.
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox:
          keys:
            - name: key1
              secret: ${randomBytes(32).toString("base64")}
      - identity: {}
`;
  const draft = `${paths.encryption}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, paths.encryption);
}

/** Reads and checks such a file. */
export function readEncryptionFile(file: string): EncryptionConfiguration {
  try {
    const configuration = readConfiguration<EncryptionConfiguration>(readFileSync(file, "utf8"), [
      encryptionConfigurationKind,
    ]);
    refuseFindings(validateEncryptionConfiguration(configuration));
    return configuration;
  } catch (error) {
    throw failure(`the encryption configuration ${file} cannot be used: ${messageOf(error)}`, "correct or restore it");
  }
}

/** The kind whose object lies under a key, by upstream's layout; custom kinds lie under their group and plural. */
export function resourceOfKeys(location: StoreLocation): (key: string) => GroupResource | undefined {
  const prefix = storagePrefixOf(location);
  const known = new Map<string, GroupResource>();
  for (const { storagePrefix, group, plural } of builtinResources) {
    if (storagePrefix === undefined || known.has(storagePrefix)) continue;
    // Events are stored as those of the core group.
    known.set(storagePrefix, { group: storagePrefix === "events" ? "" : group, resource: plural });
  }
  return (key) => {
    if (!key.startsWith(prefix)) return undefined;
    const first = key.indexOf("/", prefix.length);
    if (first < 0) return undefined;
    const one = known.get(key.slice(prefix.length, first));
    if (one !== undefined) return one;
    const second = key.indexOf("/", first + 1);
    if (second < 0) return undefined;
    const two = known.get(key.slice(prefix.length, second));
    if (two !== undefined) return two;
    const group = key.slice(prefix.length, first);
    return group.includes(".") ? { group, resource: key.slice(first + 1, second) } : undefined;
  };
}

/** Prefixes of all keys that a configuration is about. */
export function encryptedPrefixes(
  location: StoreLocation,
  { resources = [] }: EncryptionConfiguration,
): readonly string[] {
  const prefix = storagePrefixOf(location);
  const names = resources.flatMap((entry) => entry.resources ?? []).map(groupResourceOf);
  if (names.some(({ group, resource }) => group === "*" && resource === "*")) return [prefix];
  const builtin = builtinResources.flatMap(({ storagePrefix, group, plural }) => {
    const named = names.some((name) => name.group === group && (name.resource === "*" || name.resource === plural));
    return storagePrefix !== undefined && named ? [`${prefix}${storagePrefix}/`] : [];
  });
  const custom = names
    .filter(({ group }) => group.includes(".") && !builtinResources.some((known) => known.group === group))
    .map(({ group, resource }) => `${prefix}${group}/${resource === "*" ? "" : `${resource}/`}`);
  return [...new Set([...builtin, ...custom])];
}
