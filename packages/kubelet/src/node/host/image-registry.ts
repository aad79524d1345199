import { createServer } from "node:http";
import { fullImageName } from "../../image/image-name.ts";
import { type ImageBlob, type ImageSpec, imageBlobs } from "./image-archive.ts";

/** A registry that serves images read-only over plain HTTP on loopback; containerd pulls from `localhost` that way. */
export interface ImageRegistry extends AsyncDisposable {
  /** `localhost:PORT`; images are pulled as `localhost:PORT/NAME:TAG`. */
  readonly host: string;
  /** Makes an image available under the path and tag of its name, or takes it away again. */
  put(spec: ImageSpec): Promise<void>;
  remove(name: string): void;
  /** Paths asked for so far, oldest first. */
  requests(): readonly string[];
}

/** Starts a registry on a free port. For tests and demonstrations: everything is in memory, and nobody logs in. */
export async function startImageRegistry(): Promise<ImageRegistry> {
  const blobs = new Map<string, ImageBlob>();
  const tags = new Map<string, ImageBlob>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    asked.push(path);
    if (path === "/v2/") return void response.writeHead(200).end();
    const [, repository = "", kind, reference = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    const found =
      kind === "manifests" ? (tags.get(`${repository}:${reference}`) ?? blobs.get(reference)) : blobs.get(reference);
    if (found === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      const code = kind === "manifests" ? "MANIFEST_UNKNOWN" : "BLOB_UNKNOWN";
      const body = JSON.stringify({ errors: [{ code, message: `${reference} is not in ${repository}` }] });
      return void response.writeHead(404, { "content-type": "application/json" }).end(body);
    }
    response.writeHead(200, {
      "content-type": found.mediaType,
      "content-length": found.bytes.length,
      "docker-content-digest": found.digest,
    });
    response.end(request.method === "HEAD" ? undefined : found.bytes);
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", done);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    host: `localhost:${port}`,
    put: async (spec) => {
      const made = await imageBlobs(spec);
      for (const blob of [made.layer, made.config, made.manifest]) blobs.set(blob.digest, blob);
      tags.set(repositoryAndTag(spec.name), made.manifest);
    },
    remove: (name) => void tags.delete(repositoryAndTag(name)),
    requests: () => [...asked],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => void server.close(done));
    },
  };
}

/** What is left of a full name without its registry. */
function repositoryAndTag(name: string): string {
  const full = fullImageName(name);
  return full.slice(full.indexOf("/") + 1);
}
