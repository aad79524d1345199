// Chunks of any size become pieces of a size worth writing, with the same bytes in the same order.
import fc from "fast-check";
import { expect, test } from "vitest";
import { joinChunks, pieces } from "./chunks.ts";

const KB = 1024;
const filled = (length: number, seed = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);

test("small chunks are put together, large ones cut", () => {
  const lengths = (of: readonly number[]): number[] => [...pieces(of.map((n) => filled(n)))].map((p) => p.length);
  expect(lengths([10, 20])).toEqual([30]);
  expect(lengths([60 * KB, 5 * KB, 1])).toEqual([65 * KB, 1]);
  expect(lengths([2.5 * KB * KB])).toEqual([KB * KB, KB * KB, 0.5 * KB * KB]);
  expect(lengths([])).toEqual([]);
  expect(lengths([0, 0])).toEqual([]);
});

test("no byte is lost, added or moved", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 100 * KB }), { maxLength: 8 }), (lengths) => {
      const chunks = lengths.map((n, i) => filled(n, i));
      expect(Buffer.compare(joinChunks([...pieces(chunks)]), Buffer.concat(chunks))).toBe(0);
    }),
    { numRuns: 30 },
  );
});
