import {
  type Column,
  type FieldError,
  forbidden,
  invalid,
  isConfigMapKey,
  type Path,
  type Strategy,
  utf8Length,
  equalValues,
} from "@skates/apimachinery";
import { type Findings, invalidFor } from "../../checks.ts";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { ConfigMap } from "./config-map.ts";
import { bytesOf, DATA_BYTES_MAX } from "./secret-strategy.ts";

const IMMUTABLE = "field is immutable when `immutable` is set";

/** Where config maps depart from the conventions: they keep all when they say so. */
export const configMapStrategy: Strategy<ConfigMap> = {
  validate(next, old) {
    if (old?.immutable !== true) return [];
    const out: FieldError[] = next.immutable === true ? [] : [forbidden(["immutable"], IMMUTABLE)];
    for (const name of ["data", "binaryData"] as const) {
      if (!equalValues(next[name] ?? {}, old[name] ?? {})) out.push(forbidden([name], IMMUTABLE));
    }
    return out;
  },
};

/** The table of `kubectl get configmaps`. */
export const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn,
  column(
    "Data",
    "Number of entries.",
    (c) => Object.keys(c.data ?? {}).length + Object.keys(c.binaryData ?? {}).length,
  ),
  ageColumn,
];

/** Proper keys, none in both maps, and a bound on size. */
export function configMapRules(configMap: ConfigMap, _old: unknown, path: Path): Findings {
  const { data = {}, binaryData = {} } = configMap;
  const binaryKeys = new Set(Object.keys(binaryData));
  let bytes = 0;
  const out: FieldError[] = [];
  for (const [key, text] of Object.entries(data)) {
    bytes += utf8Length(text);
    out.push(...invalidFor([...path, "data", { key }], key, isConfigMapKey(key)));
    if (binaryKeys.has(key))
      out.push(invalid([...path, "data", { key }], key, "duplicate of key present in binaryData"));
  }
  for (const [key, text] of Object.entries(binaryData)) {
    bytes += bytesOf(text);
    out.push(...invalidFor([...path, "binaryData", { key }], key, isConfigMapKey(key)));
  }
  if (bytes > DATA_BYTES_MAX) {
    out.push({ path: [], reason: "TooLong", detail: `may not be more than ${DATA_BYTES_MAX} bytes`, value: "" });
  }
  return out;
}
