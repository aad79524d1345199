import type { ApiResponse } from "@skates/apimachinery";
import type { HealthCheck } from "./options.ts";
import { pageNotFound, textResponse } from "./responses.ts";

const ROOTS: readonly string[] = ["/healthz", "/livez", "/readyz"];

/** Answers `/healthz`, `/livez`, `/readyz` and their single checks; undefined for other paths. */
export function serveHealth(
  checks: readonly HealthCheck[],
  path: string,
  query: URLSearchParams,
): ApiResponse | undefined {
  const root = ROOTS.find((known) => path === known || path.startsWith(`${known}/`));
  if (root === undefined) return undefined;
  const mine = checks.filter((check) => root === "/healthz" || check.of === "both" || `/${check.of}` === root);
  const single = path.slice(root.length + 1);
  if (single !== "") return single === "ping" ? textResponse(200, "ok") : serveOne(mine, single);
  return serveAll(root.slice(1), mine, query);
}

function serveOne(checks: readonly HealthCheck[], name: string): ApiResponse {
  const check = checks.find((candidate) => candidate.name === name);
  if (check === undefined) return pageNotFound();
  const wrong = check.check();
  return wrong === undefined ? textResponse(200, "ok") : textResponse(500, `internal server error: ${wrong}\n`);
}

function serveAll(name: string, checks: readonly HealthCheck[], query: URLSearchParams): ApiResponse {
  const excluded = new Set(query.getAll("exclude"));
  const lines = ["[+]ping ok"];
  let failed = false;
  for (const check of checks) {
    if (excluded.has(check.name)) {
      lines.push(`[+]${check.name} excluded: ok`);
      continue;
    }
    const wrong = check.check();
    if (wrong !== undefined) failed = true;
    lines.push(wrong === undefined ? `[+]${check.name} ok` : `[-]${check.name} failed: reason withheld`);
  }
  if (failed) return textResponse(500, `${lines.join("\n")}\n${name} check failed\n`);
  return query.has("verbose")
    ? textResponse(200, `${lines.join("\n")}\n${name} check passed\n`)
    : textResponse(200, "ok");
}
