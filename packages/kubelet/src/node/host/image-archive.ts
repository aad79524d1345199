import { createHash } from "node:crypto";
import { pack } from "tar-stream";
import { fullImageName } from "../../image/image-name.ts";

/** One entry of an image's file system; paths are relative to its root, parents come before their children. */
export type ImageFile =
  | { readonly path: string; readonly content: Uint8Array; readonly mode: number }
  | { readonly path: string; readonly linkTo: string }
  | { readonly path: string; readonly directory: true; readonly mode: number };

/** What an image holds and what its containers run unless told otherwise. */
export interface ImageSpec {
  /** Any form of image name; stored in full. */
  readonly name: string;
  readonly files: readonly ImageFile[];
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  /** `NAME=value`. */
  readonly env?: readonly string[] | undefined;
  readonly workingDir?: string | undefined;
  readonly user?: string | undefined;
  readonly exposedPorts?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

const OCI = "application/vnd.oci.image";

/** A blob of an image, named by its digest. */
export interface ImageBlob {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** The blobs of a one-layer image for linux/amd64. The same spec always gives the same bytes. */
export async function imageBlobs(
  spec: ImageSpec,
): Promise<{ readonly layer: ImageBlob; readonly config: ImageBlob; readonly manifest: ImageBlob }> {
  const layer = blob(`${OCI}.layer.v1.tar`, await tarOf(spec.files));
  const config = jsonBlob(`${OCI}.config.v1+json`, imageConfig(spec, layer.digest));
  const manifest = jsonBlob(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
  return { layer, config, manifest };
}

/**
 * The image as a tar that is an OCI layout and a docker-archive in one, so that `ctr`, `docker load`, `podman load` and
 * `skates image load` all take it.
 */
export async function imageArchive(spec: ImageSpec): Promise<Uint8Array> {
  const name = fullImageName(spec.name);
  const { layer, config, manifest } = await imageBlobs(spec);
  const annotations = {
    "io.containerd.image.name": name,
    "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf(":") + 1),
  };
  const index = { schemaVersion: 2, manifests: [{ ...descriptor(manifest), annotations }] };
  const docker = [{ Config: blobPath(config.digest), RepoTags: [name], Layers: [blobPath(layer.digest)] }];
  const file = (path: string, content: Uint8Array): ImageFile => ({ path, content, mode: 0o644 });
  return tarOf([
    { path: "blobs", directory: true, mode: 0o755 },
    { path: "blobs/sha256", directory: true, mode: 0o755 },
    ...[config, layer, manifest].map((each) => file(blobPath(each.digest), each.bytes)),
    file("index.json", json(index)),
    file("manifest.json", json(docker)),
    file("oci-layout", json({ imageLayoutVersion: "1.0.0" })),
  ]);
}

/** A tar with owner root and time zero, so that it depends on nothing but its contents. */
export async function tarOf(files: readonly ImageFile[]): Promise<Uint8Array> {
  const tar = pack();
  for (const file of files) {
    const common = { name: file.path, mtime: new Date(0), uid: 0, gid: 0 };
    if ("content" in file) tar.entry({ ...common, mode: file.mode, type: "file" }, Buffer.from(file.content));
    else if ("linkTo" in file) tar.entry({ ...common, mode: 0o777, type: "symlink", linkname: file.linkTo });
    else tar.entry({ ...common, mode: file.mode, type: "directory" });
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Where an OCI layout keeps a blob. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

/** `sha256:…` of some bytes. */
export function sha256Digest(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function imageConfig(spec: ImageSpec, layerDigest: string): unknown {
  return {
    created: "1970-01-01T00:00:00Z",
    architecture: "amd64",
    os: "linux",
    config: {
      User: spec.user,
      ExposedPorts: spec.exposedPorts && Object.fromEntries(spec.exposedPorts.map((port) => [port, {}])),
      Env: spec.env,
      Entrypoint: spec.entrypoint,
      Cmd: spec.command,
      WorkingDir: spec.workingDir,
      Labels: spec.labels,
    },
    rootfs: { type: "layers", diff_ids: [layerDigest] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "skates" }],
  };
}

function descriptor(from: ImageBlob): { mediaType: string; digest: string; size: number } {
  return { mediaType: from.mediaType, digest: from.digest, size: from.bytes.length };
}

function blob(mediaType: string, bytes: Uint8Array): ImageBlob {
  return { mediaType, digest: sha256Digest(bytes), bytes };
}

function jsonBlob(mediaType: string, value: unknown): ImageBlob {
  return blob(mediaType, json(value));
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
