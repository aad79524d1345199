// Files are used again when they change: together when they belong together, and without harm when they are wrong or gone for a while.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loggerTo, type LogLine, virtualClock } from "@skates/component-base";
import { afterAll, expect, it } from "vitest";
import { reloading } from "./reload.ts";

const directory = mkdtempSync(join(tmpdir(), "skates-reload-"));
afterAll(() => rmSync(directory, { recursive: true }));

it("reads again what has changed, once for files that belong together", async () => {
  const [one, two] = [join(directory, "one"), join(directory, "two")];
  writeFileSync(one, "a");
  writeFileSync(two, "a");
  const clock = virtualClock();
  const logged: LogLine[] = [];
  let reads = 0;
  const reload = async (): Promise<void> => {
    reads += 1;
    if (reads === 2) throw new Error("wrong");
  };
  const stopping = new AbortController();
  const component = reloading({ clock, log: loggerTo((line) => logged.push(line)) }, [
    { path: one, reload },
    { path: two, reload },
  ]);
  const running = component.run(stopping.signal);
  const look = async (): Promise<number> => {
    await clock.advance(5_000);
    // Files are read for real, whatever the clock says.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return reads;
  };
  await look();
  expect(reads).toBe(0);
  writeFileSync(one, "b");
  writeFileSync(two, "b");
  expect(await look()).toBe(1);
  rmSync(one);
  expect(await look()).toBe(1);
  writeFileSync(one, "c");
  expect(await look()).toBe(2);
  expect(await look()).toBe(2);
  writeFileSync(one, "c"); // written, and says the same
  expect(await look()).toBe(2);
  expect(logged.map(({ message }) => message)).toEqual([
    "Files have changed and are in use",
    "Files have changed and cannot be used; what was read before stays",
  ]);
  stopping.abort(new Error("over"));
  await expect(running).rejects.toThrow("over");
});
