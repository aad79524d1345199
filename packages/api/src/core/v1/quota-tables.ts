import type { Column } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { ComponentStatus } from "./component-status.ts";
import type { Endpoints } from "./endpoints.ts";
import type { ResourceQuota } from "./resource-quota.ts";

const ENDPOINTS_SHOWN = 3;

/** The table of `kubectl get resourcequotas`: `used/hard` for each resource. */
export const resourceQuotaColumns: readonly Column<ResourceQuota>[] = [
  nameColumn,
  column("Request", "What is used of what may be asked for.", (quota) => usage(quota, false)),
  column("Limit", "What is used of what limits may add up to.", (quota) => usage(quota, true)),
  ageColumn,
];

function usage({ status = {} }: ResourceQuota, limits: boolean): string {
  return Object.keys(status.hard ?? {})
    .filter((name) => name.startsWith("limits.") === limits)
    .sort()
    .map((name) => `${name}: ${status.used?.[name] ?? "0"}/${status.hard?.[name] ?? "0"}`)
    .join(", ");
}

/** The table of `kubectl get endpoints`. */
export const endpointsColumns: readonly Column<Endpoints>[] = [
  nameColumn,
  column("Endpoints", "Addresses and ports that are ready.", (endpoints) => {
    const all = addressesOf(endpoints);
    if ((endpoints.subsets ?? []).length === 0) return "<none>";
    const shown = all.slice(0, ENDPOINTS_SHOWN).join(",");
    return all.length > ENDPOINTS_SHOWN ? `${shown} + ${all.length - ENDPOINTS_SHOWN} more...` : shown;
  }),
  ageColumn,
];

function addressesOf(endpoints: Endpoints): readonly string[] {
  return (endpoints.subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
    if (ports.length === 0) return addresses.map(({ ip }) => ip);
    return ports.flatMap(({ port }) =>
      addresses.map(({ ip }) => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`)),
    );
  });
}

/** The table of `kubectl get componentstatuses`. */
export const componentStatusColumns: readonly Column<ComponentStatus>[] = [
  nameColumn,
  column("Status", "Healthy or not.", (component) => {
    const healthy = healthOf(component)?.status;
    return healthy === undefined ? "Unknown" : healthy === "True" ? "Healthy" : "Unhealthy";
  }),
  column("Message", "What the component says.", (component) => healthOf(component)?.message ?? ""),
  column("Error", "What went wrong.", (component) => healthOf(component)?.error ?? ""),
];

function healthOf(component: ComponentStatus): NonNullable<ComponentStatus["conditions"]>[number] | undefined {
  return component.conditions?.find((condition) => condition.type === "Healthy");
}
