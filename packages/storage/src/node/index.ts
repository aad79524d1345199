/** The store on disk, for one process at a time. */
export { type DiskStoreOptions, openDiskStore, restoreDiskStore } from "./disk/disk-store.ts";
