// Paths in volumes that containers change while they are looked at. Needs Linux, but not root.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBeneath, pathOf } from "./open-beneath.ts";
import { resolveSubPath } from "./sub-path.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "skates-beneath-"));
  mkdirSync(join(dir, "volume/d/e"), { recursive: true });
  mkdirSync(join(dir, "outside"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(process.platform !== "linux")("a volume", () => {
  test("opens what is in it, and that stays what was opened", async () => {
    const volume = join(dir, "volume");
    const handle = await openBeneath(volume, ["d"]);
    await rename(join(volume, "d"), join(volume, "moved"));
    symlinkSync(join(dir, "outside"), join(volume, "d"));
    expect(readdirSync(pathOf(handle))).toEqual(["e"]);
    await handle.close();
  });

  // CVE-2017-1002101, CVE-2021-25741: between a look and the mount the container put a link to the host there.
  test.each([[["link"]], [["link", "e"]], [["d", "link"]]])(
    "does not open %j, where a step is a link by now",
    async (parts) => {
      symlinkSync(join(dir, "outside"), join(dir, "volume/link"));
      symlinkSync("/", join(dir, "volume/d/link"));
      await expect(openBeneath(join(dir, "volume"), parts)).rejects.toThrow(
        '"link" became a link while it was looked at',
      );
    },
  );

  // The same with folders that are to be made: they were made on the host.
  test("has no folders made outside of it, however fast a container swaps them", async () => {
    const volume = join(dir, "volume");
    const [d, kept] = [join(volume, "d"), join(volume, "kept")];
    let going = true;
    const swapping = (async () => {
      while (going) {
        await rename(d, kept).catch(() => undefined);
        // Between the two it may have been made as a folder, in the volume.
        await symlink(join(dir, "outside"), d).catch(() => undefined);
        // It may be filled while it is emptied.
        await rm(d, { recursive: true, force: true }).catch(() => undefined);
        await rename(kept, d).catch(() => undefined);
      }
    })();
    for (let i = 0; i < 500; i++) await resolveSubPath(volume, `d/made-${i}`).catch(() => undefined);
    going = false;
    await swapping;
    expect(readdirSync(join(dir, "outside"))).toEqual([]);
  });
});
