import type { RuntimeContainer } from "../runtime.ts";

/** True if one of these parameters says so: `1`, `true`, or the name alone. */
export function flagOf(query: URLSearchParams, ...names: readonly string[]): boolean {
  return names.some((name) => query.has(name) && !["0", "false"].includes(query.get(name) ?? ""));
}

/** How a container stands, in a few words. */
export function statusText(container: RuntimeContainer): string {
  return container.state === "exited" ? `it ended with code ${container.exitCode}` : `it is ${container.state}`;
}
