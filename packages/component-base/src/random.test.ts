// Seeded randomness repeats, its streams do not depend on each other, and what is drawn from it has its form.
import { describe, expect, it } from "vitest";
import { systemRandom } from "./node/system-random.ts";
import { nameSuffix, pick, seededRandom, uuid } from "./random.ts";

describe("seeded random", () => {
  it("repeats for the same seed and differs for another", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed).uint32);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("gives streams that do not depend on other draws", () => {
    const a = seededRandom(7);
    const b = seededRandom(7);
    a.uint32();
    expect(a.stream("names").bytes(8)).toEqual(b.stream("names").bytes(8));
    expect(a.stream("names").uint32()).not.toBe(a.stream("uids").uint32());
  });
});

describe.each([
  ["seeded", seededRandom(3)],
  ["system", systemRandom()],
])("%s", (_name, random) => {
  it("makes version 4 UUIDs and suffixes in Kubernetes' alphabet", () => {
    const made = new Set(Array.from({ length: 200 }, () => uuid(random)));
    expect(made.size).toBe(200);
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(nameSuffix(random)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it("picks every number below the limit, and no other", () => {
    const seen = new Set(Array.from({ length: 1000 }, () => pick(random, 7)));
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(random.bytes(5000).length).toBe(5000);
  });
});
