import type { ApiServerOptions } from "@skates/apiserver";
import type { RevisionStore } from "@skates/storage";

/** Where the running server hands out a copy of everything; for the administrator, whom alone the authorizer lets through. */
export const SNAPSHOT_PATH = "/skates/v1/snapshot";

/** Streams a snapshot of the store while it is used. */
export function snapshotPath(store: RevisionStore): NonNullable<ApiServerOptions["paths"]>[number] {
  return {
    path: SNAPSHOT_PATH,
    handle: async (request) => ({
      status: 200,
      headers: {},
      body: { kind: "bytes", mediaType: "application/octet-stream", chunks: store.snapshot(request.signal) },
    }),
  };
}
