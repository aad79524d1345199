import { mkdirSync, readFileSync } from "node:fs";
import type { Clock } from "@skates/component-base";
import type { RevisionStore } from "@skates/storage";
import { openDiskStore, openEtcdStore } from "@skates/storage/node";
import { failure } from "../cli/errors.ts";
import type { ClusterConfig, EtcdConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";

/** Where the objects of a cluster are. */
export type StoreLocation = Pick<ClusterConfig, "etcd">;

/** Opens the cluster's store, on disk or in etcd; the caller closes it. */
export async function openClusterStore(paths: Paths, location: StoreLocation, clock: Clock): Promise<RevisionStore> {
  if (location.etcd !== undefined) return openEtcd(location.etcd, clock);
  mkdirSync(paths.store, { recursive: true, mode: 0o700 });
  return openDiskStore({ directory: paths.store, clock });
}

/** What the keys of all objects start with, slash included. */
export function storagePrefixOf({ etcd }: StoreLocation): string {
  return `${etcd?.prefix ?? "/registry"}/`;
}

/** Where the objects are, for messages. */
export function storeName(paths: Paths, { etcd }: StoreLocation): string {
  return etcd === undefined ? paths.store : `etcd at ${etcd.servers.join(", ")} under ${etcd.prefix}`;
}

function openEtcd({ servers, caFile, certFile, keyFile }: EtcdConfig, clock: Clock): Promise<RevisionStore> {
  return openEtcdStore({
    clock,
    endpoints: servers,
    tls: { ca: pem(caFile), cert: pem(certFile), key: pem(keyFile) },
  });
}

function pem(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw failure(
      `${file}, which is needed to reach etcd, cannot be read`,
      "put it back, or correct its rights",
      cause,
    );
  }
}
