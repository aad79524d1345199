import { type Column, type FieldError, invalid, required, type Strategy, equalValues } from "@skates/apimachinery";
import { formatIp, parseIp } from "../../ip.ts";
import { column, nameColumn } from "../../table.ts";
import type { IPAddress } from "./ip-address.ts";

/** Where addresses depart from the conventions: the name is the address, and its owner stays. */
export const ipAddressStrategy: Strategy<IPAddress> = {
  validate(next, old) {
    const out: FieldError[] = [];
    const { name } = next.metadata;
    const ip = parseIp(name);
    if (ip === undefined) out.push(invalid(["metadata", "name"], name, "must be a valid IP address"));
    else if (formatIp(ip) !== name) {
      out.push(invalid(["metadata", "name"], name, `must be a canonical format IP address`));
    }
    const { parentRef } = next.spec;
    if (parentRef === undefined || Object.keys(parentRef).length === 0) out.push(required(["spec", "parentRef"]));
    if (old !== undefined && !equalValues(parentRef, old.spec.parentRef)) {
      out.push(invalid(["spec", "parentRef"], parentRef, "field is immutable"));
    }
    return out;
  },
};

/** The table of `kubectl get ipaddresses`. */
export const ipAddressColumns: readonly Column<IPAddress>[] = [
  nameColumn,
  column("ParentRef", "Object that holds the address.", ({ spec: { parentRef } }) => {
    const { group = "", resource, namespace = "", name } = parentRef;
    const kind = group === "" ? resource : `${resource}.${group}`;
    return namespace === "" ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
  }),
];
