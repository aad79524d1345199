import { parseQuantity } from "@skates/apimachinery";
import type { Pod, ResourceFieldSelector } from "@skates/api/core/v1";
import type { AnyContainer } from "../pod/containers.ts";

/** Quantities by resource name. */
export type Resources = Readonly<Record<string, string>>;

/** The number of `divisor`s in a container's limit or request, rounded up. A missing limit is what the node can give. */
export function resourceText(selector: ResourceFieldSelector, container: AnyContainer, allocatable: Resources): string {
  const [kind, name = ""] = splitResource(selector.resource);
  if (kind !== "limits" && kind !== "requests") throw new Error(`unsupported container resource: ${selector.resource}`);
  const set = container.resources?.[kind]?.[name];
  const fallback = kind === "limits" ? allocatable[name] : container.resources?.limits?.[name];
  const amount = parseQuantity(set ?? fallback ?? "0");
  const text = selector.divisor ?? "0";
  const given = parseQuantity(text === "" ? "0" : text);
  const divisor = given.sign === 0 ? parseQuantity("1") : given;
  const quotient = amount.units / divisor.units;
  return String(amount.units % divisor.units === 0n ? quotient : quotient + 1n);
}

function splitResource(path: string): readonly [string, string | undefined] {
  const dot = path.indexOf(".");
  return dot < 0 ? [path, undefined] : [path.slice(0, dot), path.slice(dot + 1)];
}

/** The selector's container, by name or else the given one. */
export function selectedContainer(
  pod: Pod,
  selector: ResourceFieldSelector,
  own: AnyContainer | undefined,
): AnyContainer {
  const name = selector.containerName;
  if ((name === undefined || name === "") && own !== undefined) return own;
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const found = all.find((c) => c.name === name);
  if (found === undefined) throw new Error(`container ${name ?? ""} not found`);
  return found;
}
