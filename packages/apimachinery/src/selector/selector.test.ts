// Label and field selectors: what they match, their text, and refusals in upstream's words.
import { describe, expect, test } from "vitest";
import { formatFieldError } from "../schema/field-error.ts";
import { parseFieldSelector } from "./field-selector.ts";
import { labelSelector, validateLabelSelector } from "./label-selector.ts";
import { parseLabelSelector } from "./parse-label-selector.ts";
import { everything, nothing, selectorFromLabels } from "./selector.ts";

const labels = { app: "web", tier: "2", "example.com/x": "" };

describe("label selectors in text", () => {
  test.each([
    ["", true],
    ["app=web", true],
    ["app==web,tier=2", true],
    ["app=db", false],
    ["app!=db", true],
    ["missing!=x", true],
    ["app", true],
    ["missing", false],
    ["!missing", true],
    ["!app", false],
    ["app in (web, db)", true],
    ["app notin (web)", false],
    ["missing notin (web)", true],
    ["tier>1", true],
    ["tier<2", false],
    ["app>1", false],
    ["example.com/x=", true],
    ["example.com/x in ()", true],
    ["x in (a),app", false],
    ["constructor", false],
  ])("%s", (text, expected) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(expected);
  });
  test("the text is canonical: sorted by key, values sorted", () => {
    expect(parseLabelSelector("b in (z,a,z) , !c,a = 1,d,e notin(),f>2,g==x").toString()).toBe(
      "a=1,b in (a,z),!c,d,e notin (),f>2,g==x",
    );
    const text = "a=1,b in (a,z),!c,d";
    expect(parseLabelSelector(text).toString()).toBe(text);
  });
  test.each([
    ["a=b=c", "found '=', expected: ',' or 'end of string'"],
    ["=x", "found '=', expected: !, identifier, or 'end of string'"],
    ["a,", "found '', expected: identifier after ','"],
    ["a in b", "unable to parse requirement: found 'b' expected: '('"],
    ["a in (b", "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ["a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    [
      "a>x",
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
  ])("%s is refused", (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
  });
  test("keys and values are checked", () => {
    expect(() => parseLabelSelector("-a=b")).toThrow(
      'unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of',
    );
    expect(() => parseLabelSelector("a=b!c")).toThrow();
    expect(() => parseLabelSelector(`a=${"x".repeat(64)}`)).toThrow("must be no more than 63 bytes");
  });
});

describe("label selectors in objects", () => {
  test("absent matches nothing, empty everything", () => {
    expect(labelSelector(undefined)).toBe(nothing);
    expect(labelSelector({})).toBe(everything);
    expect([nothing.matches(labels), everything.matches(undefined)]).toEqual([false, true]);
  });
  test("labels and expressions must all hold", () => {
    const selector = labelSelector({
      matchLabels: { app: "web" },
      matchExpressions: [
        { key: "tier", operator: "In", values: ["2", "3"] },
        { key: "gone", operator: "DoesNotExist" },
      ],
    });
    expect(selector.matches(labels)).toBe(true);
    expect(selector.matches({ ...labels, gone: "" })).toBe(false);
    expect(selector.toString()).toBe("app=web,!gone,tier in (2,3)");
    expect(selectorFromLabels({ b: "2", a: "1" }).toString()).toBe("a=1,b=2");
  });
  test("an operator that nobody knows matches nothing", () => {
    expect(labelSelector({ matchExpressions: [{ key: "a", operator: "Near" }] })).toBe(nothing);
  });
  test("findings", () => {
    const selector = {
      matchLabels: { "a b": "x y" },
      matchExpressions: [
        { key: "k", operator: "In" },
        { key: "k", operator: "Exists", values: ["v"] },
        { key: "k", operator: "Near" },
      ],
    };
    const found = validateLabelSelector(selector, ["spec", "selector"]).map(formatFieldError);
    expect(found.map((text) => text.slice(0, 75))).toEqual([
      'spec.selector.matchLabels: Invalid value: "a b": name part must consist of ',
      'spec.selector.matchLabels: Invalid value: "x y": a valid label must be an e',
      "spec.selector.matchExpressions[0].values: Required value: must be specified",
      "spec.selector.matchExpressions[1].values: Forbidden: may not be specified w",
      'spec.selector.matchExpressions[2].operator: Invalid value: "Near": not a va',
    ]);
    expect(validateLabelSelector({ matchLabels: labels }, [])).toEqual([]);
  });
});

describe("field selectors", () => {
  const valueOf = (field: string) =>
    ({ "metadata.name": "web", "status.phase": "Running", "a.b": "x,y=z\\" })[field] ?? "";
  test.each([
    ["", true],
    ["metadata.name=web", true],
    ["metadata.name==web,status.phase!=Failed", true],
    ["metadata.name=db", false],
    ["spec.nodeName=", true],
    ["a.b=x\\,y\\=z\\\\", true],
  ])("%s", (text, expected) => {
    const selector = parseFieldSelector(text);
    expect(selector.matches(valueOf)).toBe(expected);
    expect(parseFieldSelector(selector.toString()).toString()).toBe(selector.toString());
  });
  test("tells the value that a field must have", () => {
    const selector = parseFieldSelector("metadata.name=web,status.phase!=x");
    expect([selector.exact("metadata.name"), selector.exact("status.phase"), selector.empty]).toEqual([
      "web",
      undefined,
      false,
    ]);
  });
  test.each([
    ["metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ["a=b\\c", "invalid field selector: invalid escape sequence: \\c"],
    ["a=b=c", "invalid field selector: unescaped character in value: 61"],
  ])("%s is refused", (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(message);
  });
});
