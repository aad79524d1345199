// Messages as proto3 writes them: known bytes, 64-bit integers, what is left out, and what is refused.
import { describe, expect, it } from "vitest";
import { encodeMessage, MessageReader } from "./wire.ts";

describe("encodeMessage", () => {
  it("writes the bytes of the protobuf documentation", () => {
    expect([...encodeMessage([[1, 150]])]).toEqual([0x08, 0x96, 0x01]);
    expect([...encodeMessage([[2, "testing"]])]).toEqual([0x12, 7, ...new TextEncoder().encode("testing")]);
  });

  it("leaves out what is zero, empty or absent, but not an empty message", () => {
    const fields = [
      [1, 0],
      [2, ""],
      [3, false],
      [4, undefined],
      [5, 0n],
      [6, new Uint8Array(0)],
      [7, []],
    ] as const;
    expect([...encodeMessage(fields)]).toEqual([0x32, 0]);
  });

  it("keeps 64-bit integers exact, negative ones too", () => {
    for (const value of [1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -1n, -(2n ** 63n)]) {
      const reader = new MessageReader(encodeMessage([[64, value]]));
      expect([reader.next(), reader.big(), reader.next()]).toEqual([64, value, 0]);
    }
  });
});

describe("MessageReader", () => {
  it("skips what it does not know", () => {
    const bytes = Uint8Array.of(0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x1a, 2, 1, 1, 0x20, 5);
    const reader = new MessageReader(bytes);
    for (const field of [1, 2, 3]) {
      expect(reader.next()).toBe(field);
      reader.skip();
    }
    expect([reader.next(), reader.number()]).toEqual([4, 5]);
  });

  it.each([[[0x08]], [[0x0a, 5, 1]], [[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]], [[0x0b, 1]]])(
    "refuses %j",
    (bytes) => {
      const reader = new MessageReader(Uint8Array.from(bytes));
      expect(() => {
        if (reader.next() === 1) reader.skip();
      }).toThrow(/protobuf message/);
    },
  );
});
