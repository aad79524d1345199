import { type FieldError, type Path, required } from "@skates/apimachinery";
import { checkLabel, checkPort, checkSubdomain, type Findings } from "../../checks.ts";
import { checkIp, checkNoSpecialIp } from "../../ip.ts";
import type { EndpointAddress, EndpointSubset } from "./endpoints.ts";

/** A subset has addresses that can be reached, and ports with names when there are several. */
export function endpointSubsetRules(subset: EndpointSubset, _old: unknown, path: Path): Findings {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  const out: FieldError[] = [];
  if (addresses.length === 0 && notReadyAddresses.length === 0) {
    out.push(required(path, "must specify `addresses` or `notReadyAddresses`"));
  }
  for (const [list, all] of [
    ["addresses", addresses],
    ["notReadyAddresses", notReadyAddresses],
  ] as const) {
    for (const [index, address] of all.entries()) out.push(...addressFindings(address, [...path, list, index]));
  }
  for (const [index, { name = "", port }] of ports.entries()) {
    const at = [...path, "ports", index];
    if (name === "" && ports.length > 1) out.push(required([...at, "name"]));
    out.push(...checkLabel([...at, "name"], name), ...checkPort([...at, "port"], port));
  }
  return out;
}

function addressFindings(address: EndpointAddress, path: Path): Findings {
  const wrong = checkIp([...path, "ip"], address.ip);
  return [
    ...(wrong.length > 0 ? wrong : checkNoSpecialIp([...path, "ip"], address.ip)),
    ...checkLabel([...path, "hostname"], address.hostname),
    ...checkSubdomain([...path, "nodeName"], address.nodeName),
  ];
}
