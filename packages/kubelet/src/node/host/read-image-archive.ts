import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { hasCode, messageOf, OperatingError } from "@skates/component-base";
import { extract, type Header } from "tar-stream";
import { blobPath } from "./image-archive.ts";
import { fullImageName } from "../../image/image-name.ts";

/** What an archive of images holds. */
export interface ArchiveContents {
  readonly file: string;
  readonly compressed: boolean;
  /** Full names of the images, sorted. */
  readonly names: readonly string[];
  /** For an OCI layout: its index with each image's name where containerd looks for it; undefined for a docker-archive. */
  readonly index: string | undefined;
}

/** JSON documents up to this size are kept while reading; layers are only hashed. */
const DOCUMENT_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Reads a docker-archive or OCI-layout tar (gzip allowed) once, checks that it is whole, and finds the names.
 * Throws `ImageArchiveInvalid` saying what is wrong with it.
 */
export async function readImageArchive(file: string): Promise<ArchiveContents> {
  const compressed = await gzipped(file);
  const entries = await readEntries(file, compressed);
  const index = entries.documents.get("index.json");
  const manifest = entries.documents.get("manifest.json");
  if (index !== undefined) return { file, compressed, ...ociImages(file, entries, index) };
  if (manifest !== undefined)
    return { file, compressed, index: undefined, names: dockerImages(file, entries, manifest) };
  throw invalid(file, "it holds no image: neither index.json (OCI layout) nor manifest.json (docker-archive) is in it");
}

/** The bytes of the tar inside `file`. */
export function tarBytes(file: string, compressed: boolean): Readable {
  const raw = createReadStream(file, { highWaterMark: 256 * 1024 });
  if (!compressed) return raw;
  const plain = createGunzip();
  raw.on("error", (error) => plain.destroy(error));
  return raw.pipe(plain);
}

interface Entries {
  readonly paths: ReadonlySet<string>;
  readonly documents: ReadonlyMap<string, string>;
}

async function gzipped(file: string): Promise<boolean> {
  try {
    const handle = await open(file, "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (hasCode(cause, "ENOENT")) throw invalid(file, "there is no such file", cause);
    if (hasCode(cause, "EISDIR")) throw invalid(file, "it is a folder; pack the OCI layout as a tar", cause);
    throw cause;
  }
}

async function readEntries(file: string, compressed: boolean): Promise<Entries> {
  const paths = new Set<string>();
  const documents = new Map<string, string>();
  const bytes = tarBytes(file, compressed);
  const tar = extract();
  bytes.on("error", (error) => tar.destroy(error));
  try {
    for await (const entry of bytes.pipe(tar)) {
      const path = entryPath(entry.header);
      paths.add(path);
      const { digest, text } = await readEntry(entry, entry.header);
      if (text !== undefined) documents.set(path, text);
      const named = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1];
      if (named !== undefined && named !== digest) throw invalid(file, `${path} is damaged: its digest is ${digest}`);
    }
  } catch (cause) {
    if (hasCode(cause, "ImageArchiveInvalid")) throw cause;
    throw invalid(file, `it is not a readable tar (${messageOf(cause)})`, cause);
  }
  if (paths.size === 0) throw invalid(file, "it is empty or no tar at all");
  return { paths, documents };
}

async function readEntry(
  content: AsyncIterable<unknown>,
  header: Header,
): Promise<{ readonly digest: string; readonly text: string | undefined }> {
  const hash = createHash("sha256");
  const kept: Uint8Array[] = [];
  let keep = (header.size ?? 0) <= DOCUMENT_BYTES_MAX;
  for await (const chunk of content) {
    if (!(chunk instanceof Uint8Array)) continue;
    hash.update(chunk);
    if (kept.length === 0 && chunk[0] !== 0x7b && chunk[0] !== 0x5b) keep = false; // neither { nor [
    if (keep) kept.push(chunk);
  }
  return { digest: hash.digest("hex"), text: keep ? Buffer.concat(kept).toString("utf8") : undefined };
}

/** A tar's own path without a leading `./`. */
export function entryPath(header: Header): string {
  return header.name.replace(/^\.\//, "");
}

const NAME = "io.containerd.image.name";
const REFERENCE = "org.opencontainers.image.ref.name";

function ociImages(file: string, entries: Entries, text: string): { names: readonly string[]; index: string } {
  const index = record(file, "index.json", text);
  const manifests = list(index["manifests"]).map((each) => asRecord(each));
  if (manifests.length === 0) throw invalid(file, "its index.json lists no image");
  const names: string[] = [];
  const named = manifests.map((manifest) => {
    const annotations = asRecord(manifest["annotations"]);
    checkBlob(file, entries, manifest);
    // A plain word is only a tag (skopeo, buildx); a whole name has a path or a tag of its own (podman, buildah).
    const reference = textAt(annotations, REFERENCE);
    const name = textAt(annotations, NAME) || (/[/:]/.test(reference) ? reference : "");
    if (name === "") throw invalid(file, `the image ${String(manifest["digest"])} has no name; save it with its name`);
    const full = fullImageName(name);
    names.push(full);
    return { ...manifest, annotations: { ...annotations, [NAME]: full } };
  });
  return { names: names.sort(), index: JSON.stringify({ ...index, manifests: named }) };
}

/** A manifest must be there with its configuration and layers; of an index one platform is enough. */
function checkBlob(file: string, entries: Entries, descriptor: Readonly<Record<string, unknown>>): void {
  const digest = String(descriptor["digest"]);
  const path = blobPath(digest);
  if (!entries.paths.has(path)) throw invalid(file, `it is incomplete: ${path} is missing`);
  const manifest = record(file, path, entries.documents.get(path) ?? "");
  const children = list(manifest["manifests"]).map((each) => asRecord(each));
  if ("manifests" in manifest) {
    const present = children.filter((child) => entries.paths.has(blobPath(String(child["digest"]))));
    if (present.length === 0) throw invalid(file, `it is incomplete: ${digest} has no image in it`);
    for (const child of present) checkBlob(file, entries, child);
    return;
  }
  for (const part of [manifest["config"], ...list(manifest["layers"])]) {
    const at = blobPath(String(asRecord(part)["digest"]));
    if (!entries.paths.has(at)) throw invalid(file, `it is incomplete: ${at} is missing`);
  }
}

function dockerImages(file: string, entries: Entries, text: string): readonly string[] {
  const images = list(parse(file, "manifest.json", text)).map((each) => asRecord(each));
  if (images.length === 0) throw invalid(file, "its manifest.json lists no image");
  for (const image of images) {
    for (const part of [image["Config"], ...list(image["Layers"])]) {
      if (!entries.paths.has(String(part))) throw invalid(file, `it is incomplete: ${String(part)} is missing`);
    }
    if (list(image["RepoTags"]).length === 0) {
      throw invalid(file, `the image ${String(image["Config"])} has no name; save it by name, not by id`);
    }
  }
  return images.flatMap((image) => list(image["RepoTags"]).map((name) => fullImageName(String(name)))).sort();
}

function record(file: string, path: string, text: string): Readonly<Record<string, unknown>> {
  const value = parse(file, path, text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(file, `${path} is no object`);
  return asRecord(value);
}

function parse(file: string, path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(file, `${path} is not JSON`, cause);
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function textAt(object: Readonly<Record<string, unknown>>, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function invalid(file: string, why: string, cause?: unknown): OperatingError {
  return new OperatingError("ImageArchiveInvalid", `${file} cannot be loaded as an image: ${why}`, { cause });
}
