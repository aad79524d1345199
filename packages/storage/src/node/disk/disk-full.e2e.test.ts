// A store on a small file system that fills up: nothing acknowledged is lost, the error says so, deletions make room again.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { openDiskStore } from "./disk-store.ts";

const never = new AbortController().signal;
const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe.skipIf(!canMount)(
  canMount ? "a full disk" : "a full disk (skipped: needs root on Linux to mount a small file system)",
  () => {
    it("refuses writes with DiskFull, keeps what was acknowledged, and writes again once there is room", async () => {
      const mount = mkdtempSync(join(tmpdir(), "skates-full-"));
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=40m", "tmpfs", mount]);
      try {
        const directory = join(mount, "store");
        const clock = virtualClock();
        let store = await openDiskStore({ clock, directory });
        const put = (i: number): Promise<unknown> =>
          store.commit(`/k/${i}`, 0, new Uint8Array(100_000).fill(i), {}, never);
        let written = 0;
        let refusal: unknown;
        while (refusal === undefined && written < 1000) {
          try {
            await put(written);
            written++;
          } catch (error) {
            refusal = error;
          }
        }
        expect(refusal).toMatchObject({ code: "DiskFull", message: expect.stringContaining(directory) });
        expect(written).toBeGreaterThan(50);
        // Somebody else takes the rest but 5 MiB: deleting and compacting still works.
        const ballast = join(mount, "ballast");
        writeFileSync(ballast, new Uint8Array(12 << 20));
        const page = await store.range("/k/", {}, never);
        expect(page.count).toBe(written);
        for (const entry of page.entries.slice(0, 20)) {
          expect(await store.commit(entry.key, entry.modified, undefined, {}, never)).toMatchObject({ ok: true });
        }
        await store.compact(await store.head(never), never);
        await store.close();
        rmSync(ballast);
        writeFileSync(join(mount, "smaller"), "");

        store = await openDiskStore({ clock, directory });
        expect((await store.range("/k/", { countOnly: true }, never)).count).toBe(written - 20);
        await store.close();
      } finally {
        execFileSync("umount", [mount]);
        rmSync(mount, { recursive: true, force: true });
      }
    });
  },
);
