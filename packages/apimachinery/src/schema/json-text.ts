/** What Go's encoder escapes in text: quotes, backslashes, control characters, and characters that are special in HTML. */
// oxlint-disable-next-line eslint/no-control-regex
const ESCAPED = /["\\\u0000-\u001f<>&\u2028\u2029\ud800-\udfff]/;
const HTML = /[<>&\u2028\u2029]/g;

/** Text as JSON, escaped as Go does. */
export function jsonString(text: string): string {
  return ESCAPED.test(text) ? escapeHtml(JSON.stringify(text)) : `"${text}"`;
}

/** Any JSON value as text, in its own order; bigints are written as numbers. */
export function jsonText(value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value) as string | undefined;
  } catch {
    // A bigint, which JSON.stringify refuses.
    json = exactText(value);
  }
  return json === undefined ? "null" : escapeHtml(json);
}

function escapeHtml(json: string): string {
  return json.replaceAll(HTML, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function exactText(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value))
    return `[${value.map((item) => (item === undefined ? "null" : exactText(item))).join(",")}]`;
  if (typeof value !== "object" || value === null) return (JSON.stringify(value) as string | undefined) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${exactText(member)}`).join(",")}}`;
}
