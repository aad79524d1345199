import type { Column } from "@skates/apimachinery";
import { ageColumn, column, formatSome, nameColumn } from "../../table.ts";
import type { EndpointSlice } from "./endpoint-slice.ts";

const SHOWN = 3;

/** The table of `kubectl get endpointslices`. */
export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  column("AddressType", "Kind of addresses in the slice.", (slice) => slice.addressType),
  column("Ports", "Ports of all endpoints.", (slice) => formatSome(portsOf(slice), SHOWN)),
  column("Endpoints", "Addresses of the endpoints.", (slice) => formatSome(addressesOf(slice), SHOWN)),
  ageColumn,
];

function portsOf(slice: EndpointSlice): readonly string[] {
  return (slice.ports ?? []).map(({ port, name }) => (port !== undefined ? String(port) : name || "*"));
}

function addressesOf(slice: EndpointSlice): readonly string[] {
  return (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
}
