// The least of those that take part, compared with a look at all, while they come, change and go.
import { pick, seededRandom } from "@skates/component-base";
import { expect, it } from "vitest";
import { LeastFirst } from "./least-first.ts";

it.each([1, 2, 3])("is the least, the first among equals, seed %i", (seed) => {
  const random = seededRandom(seed);
  const tree = new LeastFirst<{ readonly slot: number; readonly harm: number }>((a, b) => a.harm < b.harm);
  const plain = new Map<number, number>();
  expect([tree.least, tree.size]).toEqual([undefined, 0]);
  for (let step = 0; step < 2000; step++) {
    const slot = pick(random, 1 + Math.floor(step / 20));
    if (pick(random, 3) === 0) {
      plain.delete(slot);
      tree.set(slot, undefined);
    } else {
      const harm = pick(random, 10);
      plain.set(slot, harm);
      tree.set(slot, { slot, harm });
    }
    const [least] = [...plain].sort(([a, x], [b, y]) => x - y || a - b);
    const expected = least === undefined ? undefined : { slot: least[0], harm: least[1] };
    expect([tree.least, tree.size]).toEqual([expected, plain.size]);
  }
  expect([...tree.all()].map(({ slot, harm }) => [slot, harm])).toEqual([...plain].sort(([a], [b]) => a - b));
});
