import { type Column, type FieldError, invalid, type Path, required, type Strategy } from "@skates/apimachinery";
import { isMaskedCidr, parseCidr } from "../../ip.ts";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { ServiceCIDR } from "./service-cidr.ts";

const PATH: Path = ["spec", "cidrs"];

/** Where ranges of service addresses depart from the conventions: they only grow, by a range of the other family. */
export const serviceCIDRStrategy: Strategy<ServiceCIDR> = {
  validate(next, old) {
    const cidrs = next.spec.cidrs ?? [];
    if (old === undefined) return cidrFindings(cidrs);
    const before = old.spec.cidrs ?? [];
    const kept = before.every((cidr, index) => cidrs[index] === cidr);
    if (kept) return cidrs.length === before.length ? [] : cidrFindings(cidrs);
    return before.flatMap((cidr, index) =>
      cidrs[index] === cidr ? [] : [invalid([...PATH, index], cidrs[index] ?? null, "field is immutable once set")],
    );
  },
};

function cidrFindings(cidrs: readonly string[]): readonly FieldError[] {
  if (cidrs.length === 0) return [required(PATH, "at least one CIDR required")];
  if (cidrs.length > 2) return [invalid(PATH, cidrs, "may only hold up to 2 values")];
  const families = new Set(cidrs.map((cidr) => parseCidr(cidr)?.ip.family));
  const out: FieldError[] = [];
  cidrs.forEach((text, index) => {
    const cidr = parseCidr(text);
    const path = [...PATH, index];
    if (cidr === undefined) {
      out.push(invalid(path, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"));
    } else if (!isMaskedCidr(cidr)) {
      out.push(invalid(path, text, "must not have bits set beyond the prefix length"));
    }
  });
  if (cidrs.length === 2 && families.size !== 2) {
    out.push(
      invalid(PATH, cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64"),
    );
  }
  return out;
}

/** The table of `kubectl get servicecidrs`. */
export const serviceCIDRColumns: readonly Column<ServiceCIDR>[] = [
  nameColumn,
  column("CIDRs", "Ranges of addresses.", (range) => (range.spec.cidrs ?? []).join(",")),
  ageColumn,
];
