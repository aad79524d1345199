import type { IncomingHttpHeaders } from "node:http";
import type { ApiRequest } from "@skates/apimachinery";

/** Header names in lower case with one value each; repeated ones were joined by the parser. */
export function singleHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !name.startsWith(":")) out[name] = typeof value === "string" ? value : value.join(", ");
  }
  return out;
}

/** The values of headers that were sent more than once. `raw`: names and values by turns; nothing is looked for when no name repeats. */
export function repeatedHeaders(
  headers: Readonly<Record<string, string>>,
  raw: readonly string[],
): Pick<ApiRequest, "repeatedHeaders"> {
  let names = 0;
  for (let i = 0; i < raw.length; i += 2) if (raw[i]?.startsWith(":") === false) names++;
  if (names === Object.keys(headers).length) return {};
  const all = new Map<string, string[]>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? "").toLowerCase();
    const before = all.get(name);
    if (before === undefined) all.set(name, [raw[i + 1] ?? ""]);
    else before.push(raw[i + 1] ?? "");
  }
  const out: Record<string, readonly string[]> = Object.create(null);
  for (const [name, values] of all) if (values.length > 1) out[name] = values;
  return { repeatedHeaders: out };
}
