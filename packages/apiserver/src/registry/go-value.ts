import { isRecord, jsonText } from "@skates/apimachinery";

/** A JSON value as Go prints it with `%+v`: `map[spec:map[replicas:x]]`. Messages on patches show what was sent in this way. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `[${value.map(goValue).join(" ")}]`;
  if (!isRecord(value)) return jsonText(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([name, member]) => `${name}:${goValue(member)}`).join(" ")}]`;
}
