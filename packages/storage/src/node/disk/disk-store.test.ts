// The driver on disk passes the suite, and refuses what it cannot trust: files cut short, bytes changed, a second opener.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { virtualClock } from "@skates/component-base";
import { afterEach, describe, expect, it } from "vitest";
import type { RevisionStore } from "../../revision-store.ts";
import { storeSuite } from "../../store.suite.ts";
import { createDiskStore, openDiskStore, restoreDiskStore } from "./disk-store.ts";

const never = new AbortController().signal;
const made: string[] = [];
function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "skates-store-"));
  made.push(directory);
  return directory;
}
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

storeSuite("disk store", () => {
  let directory = "";
  let store: RevisionStore | undefined;
  return {
    open: async (options) => {
      directory = scratch();
      store = await openDiskStore({ ...options, directory });
      return store;
    },
    reopen: async (options) => {
      await store?.close();
      store = await openDiskStore({ ...options, directory });
      return store;
    },
  };
});

describe("files of the disk store", () => {
  const clock = virtualClock();
  const value = (i: number): Uint8Array => new Uint8Array(3000).fill(i);
  async function filled(): Promise<string> {
    const directory = scratch();
    const store = await openDiskStore({ clock, directory });
    for (let i = 1; i <= 100; i++) await store.commit(`/k/${i}`, 0, value(i), {}, never);
    await store.close();
    return directory;
  }
  const openError = async (directory: string): Promise<string> => {
    try {
      const store = await openDiskStore({ clock, directory });
      await store.close();
    } catch (error) {
      return error instanceof Error && "code" in error ? `${error.code}: ${error.message}` : String(error);
    }
    return "opened";
  };

  it("refuses a second opener, and names the first", async () => {
    const directory = scratch();
    const store = await openDiskStore({ clock, directory });
    expect(await openError(directory)).toBe(
      `Locked: the store in ${directory} is open in process ${process.pid}; stop that one first`,
    );
    await store.close();
    expect(await openError(directory)).toBe("opened");
  });

  it("takes over the lock of a process that is gone", async () => {
    const directory = scratch();
    writeFileSync(join(directory, "lock"), JSON.stringify({ pid: process.pid, start: "an earlier boot/1" }));
    expect(await openError(directory)).toBe("opened");
  });

  it("refuses a file with a changed byte in a value", async () => {
    const directory = await filled();
    const file = join(directory, "data.mdb");
    const bytes = readFileSync(file);
    const at = bytes.indexOf(Buffer.from(value(50).subarray(0, 2000)));
    expect(at).toBeGreaterThan(0);
    bytes[at + 100] = 51;
    writeFileSync(file, bytes);
    expect(await openError(directory)).toMatch(
      /^Damaged: the store is damaged: the record of revision 50 fails its checksum/,
    );
  });

  it.each([0.95, 0.5, 0.1, 0.01])("refuses a file cut to %d of its length", async (part) => {
    const directory = await filled();
    const file = join(directory, "data.mdb");
    truncateSync(file, Math.floor(readFileSync(file).length * part));
    expect(await openError(directory)).toMatch(/^Damaged: /);
  });

  it("refuses a file that is no store", async () => {
    const directory = scratch();
    writeFileSync(join(directory, "data.mdb"), "hello".repeat(10_000));
    expect(await openError(directory)).toMatch(/^Damaged: .*its first pages are not those of a store/);
  });

  it("makes an empty store that begins behind a revision", async () => {
    const directory = scratch();
    await createDiskStore(directory, 1000);
    const store = await openDiskStore({ clock, directory });
    expect(await store.commit("/a", 0, value(1), {}, never)).toEqual({ ok: true, revision: 1001 });
    await store.close();
    await expect(createDiskStore(directory, 2000)).rejects.toMatchObject({ code: "Locked" });
  });

  it("restores a snapshot elsewhere, and refuses a damaged or incomplete one", async () => {
    const directory = await filled();
    const store = await openDiskStore({ clock, directory });
    await store.commit("/k/1", 1, undefined, {}, never);
    const chunks: Uint8Array[] = [];
    for await (const chunk of store.snapshot(never)) chunks.push(chunk);
    await store.close();
    const whole = Buffer.concat(chunks);
    async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < bytes.length; i += 1000) yield bytes.subarray(i, i + 1000);
    }

    const copy = scratch();
    expect(await restoreDiskStore(copy, stream(whole))).toBe(101);
    const restored = await openDiskStore({ clock, directory: copy });
    const page = await restored.range("/k/", {}, never);
    expect([page.count, page.revision, page.entries[0]?.key]).toEqual([99, 101, "/k/10"]);
    await restored.close();

    const later = scratch();
    expect(await restoreDiskStore(later, stream(whole), 500)).toBe(500);
    const raised = await openDiskStore({ clock, directory: later });
    expect([await raised.head(never), raised.compacted()]).toEqual([500, 500]);
    expect((await raised.range("/k/", {}, never)).count).toBe(99);
    const first = raised.watch("/", 101, never)[Symbol.asyncIterator]();
    await expect(Promise.resolve(first.next())).rejects.toMatchObject({ code: "Compacted" });
    expect(await raised.commit("/k/2", 2, value(1), {}, never)).toEqual({ ok: true, revision: 501 });
    await raised.close();

    await expect(restoreDiskStore(copy, stream(whole))).rejects.toMatchObject({ code: "Locked" });
    await expect(restoreDiskStore(scratch(), stream(whole.subarray(0, -20)))).rejects.toMatchObject({
      code: "Damaged",
    });
    const changed = Buffer.from(whole);
    changed[30] = 0x39;
    await expect(restoreDiskStore(scratch(), stream(changed))).rejects.toMatchObject({ code: "Damaged" });
  });
});
