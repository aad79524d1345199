// Flags of the node life cycle become rates; what is no number, or too large, is refused with what would be right.
import { expect, test } from "vitest";
import { flagsFrom } from "../cli/flags.ts";
import { evictionRatesFrom } from "./node-lifecycle.ts";

test("rates are read, and only those that are given", () => {
  expect(evictionRatesFrom(flagsFrom({}))).toEqual({});
  expect(
    evictionRatesFrom(
      flagsFrom({
        "node-eviction-rate": ["0.5"],
        "unhealthy-zone-threshold": ["1"],
        "large-cluster-size-threshold": ["0"],
      }),
    ),
  ).toEqual({ perSecond: 0.5, unhealthyPart: 1, largeZoneNodes: 0 });
});

test.each(["-1", "1.5", "half", ""])("a threshold of %j is refused", (text) => {
  expect(() => evictionRatesFrom(flagsFrom({ "unhealthy-zone-threshold": [text] }))).toThrow(
    `invalid value ${JSON.stringify(text)} for flag --unhealthy-zone-threshold: a number from 0 to 1`,
  );
});
