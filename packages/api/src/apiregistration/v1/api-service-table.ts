import type { Column } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { APIService } from "./api-service.ts";

/** The table of `kubectl get apiservices`. */
export const apiServiceColumns: readonly Column<APIService>[] = [
  nameColumn,
  column("Service", "Who serves the API.", ({ spec: { service } }) =>
    service === undefined ? "Local" : `${service.namespace ?? ""}/${service.name ?? ""}`,
  ),
  column("Available", "Whether it can be reached.", ({ status }) => {
    const available = status?.conditions?.find((condition) => condition.type === "Available");
    if (available === undefined) return "Unknown";
    return available.status === "True" ? "True" : `${available.status} (${available.reason ?? ""})`;
  }),
  ageColumn,
];
