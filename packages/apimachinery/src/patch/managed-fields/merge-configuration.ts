import { decodeSent } from "../../schema/decode.ts";
import { isRecord } from "../../schema/record.ts";
import type { Struct } from "../../schema/struct.ts";
import { type Layout, objectLayout, restOf, settled } from "./layout.ts";
import { mergeApplied } from "./merge.ts";

/**
 * An object with a partial one laid over it as server-side apply lays it, but without owners: what the partial one does not mention
 * stays. Not normalised, without defaults: decode it. Throws an Error in upstream's words for fields that the schema does not have, and
 * for values that merge as one: replacing such a one would drop what it does not mention.
 */
export function mergeConfiguration(struct: Struct, live: unknown, configuration: unknown): unknown {
  const { object: sent, strictErrors } = decodeSent(struct, configuration);
  if (strictErrors.length > 0) {
    const paths = strictErrors.map((error) => /^unknown field "(.*)"$/s.exec(error)?.[1] ?? error);
    const reasons = paths.map((path) => `.${path}: field not declared in schema`);
    throw new Error(`failed to convert patch object to typed object: ${reasons.join("\n")}`);
  }
  const layout = objectLayout(struct);
  const whole = atomicPaths(layout, sent, "");
  if (whole.length > 0) {
    throw new Error(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${whole.join(", ")}`);
  }
  return mergeApplied(layout, live, sent);
}

/** Where lists, maps and structs are that merge as one value. */
function atomicPaths(declared: Layout, value: unknown, path: string): readonly string[] {
  if (value === undefined || value === null || typeof value !== "object") return [];
  const layout = settled(declared, value);
  switch (layout.kind) {
    case "leaf":
      return [path];
    case "struct":
      return isRecord(value)
        ? [
            ...layout.fields().flatMap(({ name, layout: field }) => atomicPaths(field, value[name], `${path}.${name}`)),
            ...(layout.rest === undefined
              ? []
              : atomicPaths({ kind: "map", values: layout.rest }, restOf(layout, value), path)),
          ]
        : [];
    case "map":
      return isRecord(value)
        ? Object.entries(value).flatMap(([key, each]) => atomicPaths(layout.values, each, `${path}.${key}`))
        : [];
    case "list":
      return Array.isArray(value)
        ? value.flatMap((item: unknown, index) => atomicPaths(layout.items, item, `${path}[${index}]`))
        : [];
  }
}
