// The sandbox program as bytes and as a running process, and its image.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sha256Digest } from "./image-archive.ts";
import { pauseImageArchive } from "./pause-image.ts";
import { pauseProgram } from "./pause-program.ts";

const dir = mkdtempSync(join(tmpdir(), "skates-pause-"));
afterAll(() => rmSync(dir, { recursive: true }));

describe("pause program", () => {
  it("is always the same small ELF file", () => {
    const program = pauseProgram();
    expect(program.length).toBe(281);
    expect([...program.subarray(0, 4)]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
    // Changed on purpose? Then the image takes a new tag (PAUSE_IMAGE), since one that is present is not replaced.
    expect(sha256Digest(program)).toBe("sha256:3f5497ee84cc1f88bb78930533d2c0e359ea425ce10d65918b83c1acb95d1ea5");
  });

  it.runIf(process.platform === "linux" && process.arch === "x64").each(["SIGTERM", "SIGINT"] as const)(
    "waits, and ends with 0 on %s",
    async (signal) => {
      const file = join(dir, `pause-${signal}`);
      writeFileSync(file, pauseProgram(), { mode: 0o755 });
      const child = spawn(file);
      const ended = new Promise((done) => child.once("exit", (code, by) => done({ code, by })));
      await new Promise((done) => child.once("spawn", done));
      const early = await Promise.race([ended, new Promise((done) => setTimeout(done, 50, "waits"))]);
      expect(early).toBe("waits");
      child.kill(signal);
      expect(await ended).toEqual({ code: 0, by: null });
    },
  );
});

describe("pause image", () => {
  it("is always the same archive", async () => {
    const archive = await pauseImageArchive();
    expect(sha256Digest(archive)).toBe("sha256:2e5959b57c9ec9ba9fca0ad31b38367677d431307521da59103deca362cc417b");
  });

  it("is a tar that lists its parts", async () => {
    const file = join(dir, "pause.tar");
    writeFileSync(file, await pauseImageArchive());
    const names = execFileSync("tar", ["-tf", file], { encoding: "utf8" }).trim().split("\n");
    expect(names.filter((name) => !name.startsWith("blobs/sha256/"))).toEqual([
      "blobs",
      "blobs/sha256",
      "index.json",
      "manifest.json",
      "oci-layout",
    ]);
  });
});
