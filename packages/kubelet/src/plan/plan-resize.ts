import type { ResourceRequirements } from "@skates/api/core/v1";
import type { AnyContainer } from "../pod/containers.ts";
import { sameJson } from "../status/status-patch.ts";

/** Resources that containers were given, by container id. */
export type Applied = ReadonlyMap<string, ResourceRequirements>;

/** What a running container needs so that it has the resources of its specification. */
export function resizeOf(
  container: AnyContainer,
  applied: ResourceRequirements | undefined,
): "none" | "inPlace" | "restart" {
  if (applied === undefined) return "none";
  const wanted = container.resources ?? {};
  const changed = ["cpu", "memory"].filter((name) => !sameJson(amounts(wanted, name), amounts(applied, name)));
  if (changed.length === 0) return "none";
  const restarts = (container.resizePolicy ?? []).some(
    (p) => changed.includes(p.resourceName) && p.restartPolicy === "RestartContainer",
  );
  return restarts ? "restart" : "inPlace";
}

function amounts({ requests, limits }: ResourceRequirements, name: string): readonly (string | undefined)[] {
  return [requests?.[name], limits?.[name]];
}
