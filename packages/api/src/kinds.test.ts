// Every built-in kind: decoding, defaulting, encoding and its table, from an almost empty object.
import { applyDefaults, decodeValue, encodeJson, formatPath, type Resource, validateValue } from "@skates/apimachinery";
import { describe, expect, test } from "vitest";
import { builtinResources } from "./index.ts";

const NOW_MS = Date.parse("2026-11-20T20:00:00Z");

function apiVersionOf({ group, version }: Resource): string {
  return group === "" ? version : `${group}/${version}`;
}

describe.each(builtinResources.map((resource) => [`${apiVersionOf(resource)} ${resource.kind}`, resource] as const))(
  "%s",
  (_name, resource) => {
    const given = {
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: { name: "x", namespace: "default", creationTimestamp: "2026-11-20T19:00:00Z" },
    };
    const bare = decodeValue<typeof given>(resource.schema, given).object;

    test("defaults twice are defaults once", () => {
      const once = applyDefaults(resource.schema, bare);
      expect(applyDefaults(resource.schema, once)).toBe(once);
    });

    test("JSON goes round", () => {
      const full = applyDefaults(resource.schema, bare);
      const text = encodeJson(resource.schema, full);
      const again = decodeValue<typeof given>(resource.schema, JSON.parse(text));
      expect(again.strictErrors).toEqual([]);
      expect(encodeJson(resource.schema, again.object)).toBe(text);
    });

    test("the table has a row", () => {
      const full = applyDefaults(resource.schema, bare);
      const cells = resource.columns.map((column) => column.cell(full, NOW_MS));
      for (const cell of cells)
        expect(["string", "number", "boolean"]).toContain(cell === null ? "string" : typeof cell);
    });

    test("validation finds what is missing, each thing once", () => {
      const full = applyDefaults(resource.schema, bare);
      const missing = validateValue(resource.schema, full).filter((finding) => finding.reason === "Required");
      const paths = missing.map((finding) => formatPath(finding.path));
      expect(paths).toEqual([...new Set(paths)]);
    });
  },
);
