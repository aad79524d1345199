// Defaults: what is filled in, in which order, and that nothing else is touched.
import { describe, expect, test } from "vitest";
import { Widget, widget } from "../testing/widget.ts";
import { applyDefaults } from "./defaults.ts";
import { mapOf } from "./record.ts";
import { opt, type Struct, struct } from "./struct.ts";
import { int32, list, map, ref as refType, string } from "./type.ts";

describe("field defaults", () => {
  test("fill what is absent, in structs that are implied too", () => {
    expect(applyDefaults(Widget, widget())["spec"]).toEqual({
      parts: [{ name: "a", image: "one" }],
      replicas: 1,
      policy: "Always",
      strategy: { type: "Rolling" },
    });
  });
  test("leave explicit zero values of pointers alone", () => {
    expect(applyDefaults(Widget, widget({ replicas: 0 }))["spec"]).toMatchObject({ replicas: 0 });
  });
  test("replace zero values of fields without pointers", () => {
    expect(applyDefaults(Widget, widget({ policy: "" }))["spec"]).toMatchObject({ policy: "Always" });
  });
  test("reach into lists", () => {
    const parts = [{ name: "a", ports: [{ port: 1 }, { port: 2, protocol: "UDP" }] }];
    expect(applyDefaults(Widget, widget({ parts }))["spec"]).toMatchObject({
      parts: [
        {
          ports: [
            { port: 1, protocol: "TCP" },
            { port: 2, protocol: "UDP" },
          ],
        },
      ],
    });
  });
  test("twice is once, and what is complete is shared", () => {
    const once = applyDefaults(Widget, widget());
    expect(applyDefaults(Widget, once)).toBe(once);
    const given = widget({ replicas: 1, policy: "Never" });
    expect(applyDefaults(Widget, given)["metadata"]).toBe(given["metadata"]);
  });
  test("nothing given is changed in place", () => {
    const given = Object.freeze(widget({ strategy: Object.freeze({}) }));
    Object.freeze(given["spec"]);
    expect(applyDefaults(Widget, given)).not.toBe(given);
  });
});

describe("struct defaults", () => {
  const Inner: Struct = struct("t/v1.Inner", { mode: opt(1, string, "", { default: "inner" }) });
  const Outer = struct(
    "t/v1.Outer",
    {
      kind: opt(1, string, "", { default: "round" }),
      size: opt(2, int32, ""),
      inner: opt(3, ref2(Inner), ""),
      byName: opt(4, map(ref2(Inner)), ""),
      all: opt(5, list(ref2(Inner)), ""),
    },
    {
      defaults: (self) => (self.kind === "round" && self.inner === undefined ? { ...self, size: 7, inner: {} } : self),
    },
  );
  function ref2(target: Struct) {
    return refType<{ readonly mode?: string | undefined }>(() => target);
  }
  test("see the field defaults, and what they add is filled in as well", () => {
    expect(applyDefaults(Outer, {})).toEqual({ kind: "round", size: 7, inner: { mode: "inner" } });
  });
  test("reach into maps, which go on inheriting nothing", () => {
    const value = applyDefaults(Outer, { kind: "flat", byName: mapOf({ constructor: {} }), all: [{ mode: "x" }] });
    expect(value).toEqual({ kind: "flat", byName: mapOf({ constructor: { mode: "inner" } }), all: [{ mode: "x" }] });
  });
});
