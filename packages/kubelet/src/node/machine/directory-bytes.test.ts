// What directories take, in a temporary one.
import { link, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { directoryBytes } from "./directory-bytes.ts";

const { signal } = new AbortController();

test("all files below count, those with two names once", async () => {
  const root = await mkdtemp(join(tmpdir(), "bytes-"));
  try {
    expect(await directoryBytes(join(root, "absent"), signal)).toBe(0);
    await mkdir(join(root, "below"));
    const before = await directoryBytes(root, signal);
    await writeFile(join(root, "below", "file"), new Uint8Array(1 << 20).fill(1));
    const one = (await directoryBytes(root, signal)) - before;
    expect(one).toBeGreaterThanOrEqual(1 << 20);
    await link(join(root, "below", "file"), join(root, "again"));
    expect((await directoryBytes(root, signal)) - before).toBe(one);
  } finally {
    await rm(root, { recursive: true });
  }
});
