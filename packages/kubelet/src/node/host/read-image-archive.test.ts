// Archives of images are checked before containerd sees them: names found, damage named. Files are made here.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { blobPath, type ImageFile, imageArchive, imageBlobs, tarOf } from "./image-archive.ts";
import { readImageArchive } from "./read-image-archive.ts";

const dir = mkdtempSync(join(tmpdir(), "skates-archive-"));
afterAll(() => rmSync(dir, { recursive: true }));
let count = 0;
function fileOf(bytes: Uint8Array): string {
  const file = join(dir, `${count++}.tar`);
  writeFileSync(file, bytes);
  return file;
}

const spec = { name: "app:1", files: [{ path: "f", content: Buffer.from("x"), mode: 0o644 }] };
const text = (path: string, value: unknown): ImageFile => ({
  path,
  content: Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
  mode: 0o644,
});

async function layout(annotations: Record<string, string>, leaveOut = "", damage = ""): Promise<string> {
  const { layer, config, manifest } = await imageBlobs(spec);
  const parts = { layer, config, manifest };
  const blobs = Object.entries(parts).filter(([name]) => name !== leaveOut);
  const index = {
    manifests: [{ mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length, annotations }],
  };
  const files = blobs.map(([name, blob]) =>
    text(blobPath(blob.digest), name === damage ? "{}" : Buffer.from(blob.bytes).toString()),
  );
  return fileOf(
    await tarOf([...files, text("index.json", index), text("oci-layout", { imageLayoutVersion: "1.0.0" })]),
  );
}

async function dockerArchive(repoTags: readonly string[] | null, layers = ["l.tar"]): Promise<string> {
  const manifest = [{ Config: "c.json", RepoTags: repoTags, Layers: layers }];
  return fileOf(await tarOf([text("c.json", {}), text("l.tar", "layer"), text("manifest.json", manifest)]));
}

describe("readImageArchive", () => {
  it("reads what imageArchive writes", async () => {
    const read = await readImageArchive(fileOf(await imageArchive(spec)));
    expect(read).toMatchObject({ compressed: false, names: ["docker.io/library/app:1"] });
  });

  it("reads it compressed", async () => {
    const read = await readImageArchive(fileOf(gzipSync(await imageArchive(spec))));
    expect(read).toMatchObject({ compressed: true, names: ["docker.io/library/app:1"] });
  });

  it("takes a whole name from the reference of an OCI layout, and hands it to containerd", async () => {
    const read = await readImageArchive(await layout({ "org.opencontainers.image.ref.name": "quay.io/a/b:2" }));
    expect(read.names).toEqual(["quay.io/a/b:2"]);
    const manifests: unknown = JSON.parse(read.index ?? "").manifests;
    expect(manifests).toMatchObject([{ annotations: { "io.containerd.image.name": "quay.io/a/b:2" } }]);
  });

  it("reads a docker-archive", async () => {
    const read = await readImageArchive(await dockerArchive(["b:1", "a"]));
    expect(read).toMatchObject({ index: undefined, names: ["docker.io/library/a:latest", "docker.io/library/b:1"] });
  });

  it.each<[string, () => Promise<string> | string, RegExp]>([
    ["a file that is not there", () => join(dir, "nowhere.tar"), /there is no such file/],
    ["a folder", () => dir, /it is a folder/],
    ["an empty file", () => fileOf(Buffer.alloc(0)), /empty or no tar/],
    ["text", () => fileOf(Buffer.from("hello ".repeat(400))), /not a readable tar/],
    ["a cut tar", async () => fileOf((await imageArchive(spec)).subarray(0, 3000)), /not a readable tar/],
    ["a cut gzip", async () => fileOf(gzipSync(await imageArchive(spec)).subarray(0, 300)), /not a readable tar/],
    ["another tar", async () => fileOf(await tarOf([text("a", "b")])), /neither index\.json .* nor manifest\.json/],
    ["a layout without names", () => layout({}), /has no name/],
    ["a layout with a tag only", () => layout({ "org.opencontainers.image.ref.name": "latest" }), /has no name/],
    [
      "a missing layer",
      () => layout({ "io.containerd.image.name": "a" }, "layer"),
      /incomplete: blobs\/sha256.* missing/,
    ],
    ["a missing manifest", () => layout({ "io.containerd.image.name": "a" }, "manifest"), /incomplete/],
    ["a damaged blob", () => layout({ "io.containerd.image.name": "a" }, "", "config"), /is damaged/],
    ["a docker-archive without names", () => dockerArchive(null), /has no name/],
    ["a docker-archive without a layer", () => dockerArchive(["a"], ["l.tar", "m.tar"]), /m\.tar is missing/],
    ["a broken list", async () => fileOf(await tarOf([text("manifest.json", "{")])), /manifest\.json is not JSON/],
  ])("refuses %s", async (_, make, message) => {
    const file = await make();
    await expect(readImageArchive(file)).rejects.toMatchObject({
      code: "ImageArchiveInvalid",
      message: expect.stringMatching(message),
    });
  });
});
