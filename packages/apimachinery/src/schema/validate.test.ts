// Validation by facets and rules: valid, invalid, and invalid values that an update leaves as they were.
import { describe, expect, test } from "vitest";
import { Widget, widget } from "../testing/widget.ts";
import { formatFieldError } from "./field-error.ts";
import { opt, req, struct } from "./struct.ts";
import { list, string } from "./type.ts";
import { validateValue } from "./validate.ts";

const check = (next: unknown, old?: unknown) => validateValue(Widget, next, old).map(formatFieldError);
const checkSpec = (spec: object, old?: object) => check(widget(spec), old === undefined ? undefined : widget(old));

test("a valid value", () => {
  expect(checkSpec({ replicas: 2, minReplicas: 1, hostname: "web-1", policy: "Never", tags: ["a", "b"] })).toEqual([]);
});

describe("facets", () => {
  test.each<[object, string]>([
    [{ replicas: -1 }, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
    [
      { parts: [{ name: "a", ports: [{ port: 70000 }] }] },
      "spec.parts[0].ports[0].port: Invalid value: 70000: must be less than or equal to 65535",
    ],
    [{ parts: [] }, "spec.parts: Required value"],
    [{ parts: [{ name: "" }] }, "spec.parts[0].name: Required value"],
    [{ policy: "Sometimes" }, 'spec.policy: Unsupported value: "Sometimes": supported values: "Always", "Never"'],
    [
      { strategy: { type: "Odd" } },
      'spec.strategy.type: Unsupported value: "Odd": supported values: "Recreate", "Rolling"',
    ],
  ])("%j", (spec, expected) => {
    expect(checkSpec(spec)).toEqual([expected]);
  });
  test("formats and lengths", () => {
    expect(checkSpec({ hostname: "Not_A_Label" })).toEqual([
      "spec.hostname: Invalid value: \"Not_A_Label\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]);
    expect(checkSpec({ hostname: "x".repeat(64) })).toContain("spec.hostname: Too long: may not be more than 63 bytes");
  });
  test("all findings are reported, in the order of the fields", () => {
    expect(checkSpec({ replicas: -1, policy: "x", parts: [] })).toHaveLength(3);
  });
  test("a text that may be empty", () => {
    const S = struct("t/v1.S", { a: req(1, string, "", { mayBeEmpty: true }), b: req(2, string, "") });
    expect(validateValue(S, { a: "", b: "" }).map(formatFieldError)).toEqual(["b: Required value"]);
  });
  test("numbers of items", () => {
    const S = struct("t/v1.S", { a: opt(1, list(string), "", { minItems: 2, maxItems: 3 }) });
    expect(validateValue(S, { a: ["x"] }).map(formatFieldError)).toEqual(["a: Too few: 1: must have at least 2 items"]);
    expect(validateValue(S, { a: ["1", "2", "3", "4"] }).map(formatFieldError)).toEqual([
      "a: Too many: 4: must have at most 3 items",
    ]);
  });
});

describe("rules", () => {
  test("span fields and know where they are", () => {
    expect(checkSpec({ replicas: 1, minReplicas: 5 })).toEqual([
      "spec.minReplicas: Invalid value: 5: must not exceed replicas",
    ]);
  });
  test("are not asked again about what did not change", () => {
    const wrong = { replicas: 1, minReplicas: 5 };
    expect(checkSpec(wrong, wrong)).toEqual([]);
    expect(checkSpec({ ...wrong, paused: true }, wrong)).toHaveLength(1);
  });
});

describe("updates", () => {
  test("an invalid value that did not change is tolerated, one that turns invalid is not", () => {
    expect(checkSpec({ replicas: -1, paused: true }, { replicas: -1 })).toEqual([]);
    expect(checkSpec({ replicas: -2 }, { replicas: -1 })).toHaveLength(1);
    expect(checkSpec({ replicas: -1 }, { replicas: 1 })).toHaveLength(1);
  });
  test("items are compared with the old ones of the same key, wherever these stand", () => {
    const bad = { name: "bad", ports: [{ port: 0 }] };
    const old = { parts: [bad, { name: "a" }] };
    expect(
      checkSpec({ parts: [{ name: "a" }, { name: "new" }, { name: "bad", ports: [{ port: 0 }], image: "x" }] }, old),
    ).toEqual([]);
    expect(checkSpec({ parts: [{ name: "a", ports: [{ port: 0 }] }] }, old)).toHaveLength(1);
  });
  test("immutable fields", () => {
    const message = (shown: string) => [`spec.className: Invalid value: ${shown}: field is immutable`];
    expect(checkSpec({ className: "b" }, { className: "a" })).toEqual(message('"b"'));
    expect(checkSpec({}, { className: "a" })).toEqual(message("null"));
    expect(checkSpec({ className: "b" }, {})).toEqual(message('"b"'));
    expect(checkSpec({ className: "a" }, { className: "a" })).toEqual([]);
    expect(checkSpec({ className: "b" })).toEqual([]);
  });
  test("a missing value that was missing before", () => {
    expect(checkSpec({ parts: [], paused: true }, { parts: [] })).toEqual([]);
  });
});

describe("status", () => {
  test("is what the owner of the kind says", () => {
    expect(check(widget({}, { status: { replicas: 1, phase: "Odd" } }))).toEqual([]);
  });
  test("is checked where the struct says so", () => {
    const Checked = struct(Widget.name, Widget.fields, { checkStatus: true });
    const found = validateValue(Checked, widget({}, { status: { replicas: 1, phase: "Odd" } }));
    expect(found.map(formatFieldError)).toEqual([
      'status.phase: Unsupported value: "Odd": supported values: "Ready", "Failed"',
    ]);
  });
});
