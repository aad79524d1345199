/** Stores outside the process: on disk, for one process at a time, and in an etcd that others may share. */
export { createDiskStore, type DiskStoreOptions, openDiskStore, restoreDiskStore } from "./disk/disk-store.ts";
export type { EtcdClusterOptions } from "./etcd/etcd-cluster.ts";
export { type EtcdStoreOptions, openEtcdStore } from "./etcd/etcd-store.ts";
export {
  createEncryption,
  type Encryption,
  type EncryptionOptions,
  type GroupResource,
} from "./encryption/encryption.ts";
