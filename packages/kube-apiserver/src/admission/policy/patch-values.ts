import type { CelValue } from "@skates/cel";

/** A value of the language as JSON, for patches and configurations. Throws an Error for values that have no JSON form. */
export function jsonOf(value: CelValue): unknown {
  if (value === null || typeof value !== "object") return value;
  switch (value.kind) {
    case "double":
      return value.value;
    case "uint":
      return Number(value.value);
    case "bytes":
      return btoa(String.fromCharCode(...value.value));
    case "list":
      return Array.from({ length: value.size }, (_, index) => jsonOf(value.at(index)));
    case "map": {
      const out: Record<string, unknown> = {};
      for (const key of value.keys()) {
        const member = value.get(key);
        const name: unknown = jsonOf(key);
        if (member !== undefined) out[typeof name === "string" ? name : JSON.stringify(name)] = jsonOf(member);
      }
      return out;
    }
    case "object":
      return Object.fromEntries([...value.fields].map(([name, field]) => [name, jsonOf(field)]));
    case "optional":
      return value.value === undefined ? null : jsonOf(value.value);
    case "timestamp":
    case "duration":
    case "type":
    case "opaque":
      throw new Error(`JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${value.kind}`);
  }
}
