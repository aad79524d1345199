// SHA-256 against that of the platform, around the lengths at which its padding changes, and beyond ASCII.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha256Hex } from "./sha256.ts";

test("texts of every length up to three blocks, and others", () => {
  const texts = [
    ...Array.from({ length: 193 }, (_, n) => "volume-17 ".repeat(20).slice(0, n)),
    "größe ✓ 𝕊",
    "x".repeat(5000),
  ];
  const expected = texts.map((text) => createHash("sha256").update(text).digest("hex"));
  expect(texts.map(sha256Hex)).toEqual(expected);
});
