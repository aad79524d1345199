// Image collection on the simulated clock: when it begins, whom it spares, when it ends.
import { silentLogger, virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import type { Image } from "../runtime.ts";
import { SimulatedRuntime } from "../simulated/simulated-runtime.ts";
import { ImageCollector } from "./image-collector.ts";

const never = new AbortController().signal;
const image = (id: string, over: Partial<Image> = {}): Image => ({
  id,
  tags: [`${id}:1`],
  digests: [],
  sizeBytes: 1,
  username: "",
  pinned: false,
  ...over,
});

/** Each removed image frees four percent of the disk. */
function setUp(images: Image[], percent: number) {
  const clock = virtualClock();
  const disk = { percent };
  class Runtime extends SimulatedRuntime {
    override images() {
      return Promise.resolve(images.slice());
    }
    override removeImage(id?: string) {
      images.splice(
        images.findIndex((i) => i.id === id),
        1,
      );
      disk.percent -= 4;
      return Promise.resolve();
    }
  }
  const used = new Set<string>();
  const runtime = new Runtime({ clock, podCidr: "10.0.0.0/24", node: "n" });
  const collector = new ImageCollector({
    runtime,
    clock,
    log: silentLogger,
    diskPercent: () => Promise.resolve(disk.percent),
    used: () => used,
  });
  return { clock, used, disk, collect: () => collector.collect(never) };
}

test("nothing goes while there is room", async () => {
  const t = setUp([image("a")], 84);
  await t.collect();
  await t.clock.advance(600_000);
  expect(await t.collect()).toEqual([]);
});

test("unused ones go, those first that were used longest ago, until there is room", async () => {
  const t = setUp([image("a"), image("b"), image("c"), image("used"), image("pause", { pinned: true })], 84);
  t.used.add("used:1").add("b").add("a:1");
  await t.collect();
  t.used.delete("a:1");
  await t.clock.advance(300_000);
  await t.collect();
  t.used.delete("b");
  await t.clock.advance(300_000);
  t.disk.percent = 90;
  expect(await t.collect()).toEqual(["c", "a", "b"]);
});

test("an image that has only just come stays", async () => {
  const t = setUp([image("fresh")], 99);
  expect(await t.collect()).toEqual([]);
  await t.clock.advance(120_000);
  expect(await t.collect()).toEqual(["fresh"]);
});
