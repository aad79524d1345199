import { parseQuantity } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import { podContainers } from "../pod/containers.ts";
import type { PodUse } from "./eviction-order.ts";
import type { Observations } from "./pressure-state.ts";
import { amountOf, scarceOf, type Threshold } from "./thresholds.ts";

/** What is told of a pod that goes, in upstream's words. `due`: the thresholds that are missed, that first for which it goes. */
export function evictionMessage(
  pod: Pod,
  use: PodUse | undefined,
  { due, observations }: { readonly due: readonly Threshold[]; readonly observations: Observations },
): string {
  const [first] = due;
  if (first === undefined) return "";
  const scarce = scarceOf(first.signal);
  const parts = [`The node was low on resource: ${scarce}. `];
  const shown = due.find(({ signal }) => scarceOf(signal) === scarce && observations.has(signal)) ?? first;
  const seen = observations.get(shown.signal);
  if (seen !== undefined) {
    const { value } = shown;
    const wanted = "text" in value ? value.text : binary(amountOf(value, seen.capacity));
    const bytes = scarce === "memory" || scarce === "ephemeral-storage";
    parts.push(
      `Threshold quantity: ${wanted}, available: ${bytes ? binary(seen.available) : decimal(seen.available)}. `,
    );
  }
  if (use === undefined || (scarce !== "memory" && scarce !== "ephemeral-storage")) return parts.join("");
  const larger = (name: string, bytes: number, request: string): string =>
    `${name} was using ${binary(bytes)}, request is ${parseQuantity(request).toString()}, has larger consumption of ${scarce}. `;
  const asked = scarce === "memory" ? pod.spec.resources?.requests?.[scarce] : undefined;
  if (asked !== undefined) parts.push(larger(`Pod ${pod.metadata.name}`, use.total, asked));
  for (const { kind, container } of podContainers(pod)) {
    const bytes = use.containers.get(container.name);
    const request = container.resources?.requests?.[scarce] ?? "0";
    if (kind === "ephemeral" || bytes === undefined || bytes <= parseQuantity(request).value()) continue;
    parts.push(larger(`Container ${container.name}`, bytes, request));
  }
  return parts.join("");
}

/** As upstream writes bytes that it counted: by 1024 where that comes out even. */
function binary(number: number): string {
  return number >= 1024 && number % 1024 === 0
    ? parseQuantity(`${number / 1024}Ki`).toString()
    : number >= 1024
      ? String(number)
      : decimal(number);
}

function decimal(number: number): string {
  return parseQuantity(String(number)).toString();
}
