import type { PortRange } from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const SERVICE_FLAGS: FlagSpecs = {
  "service-node-port-range": {
    type: "string",
    value: "FROM-TO",
    doc: "Ports that services of type NodePort get, both ends included (default 30000-32767).",
  },
};

/** Upstream's range. */
export const NODE_PORTS: PortRange = { from: 30_000, to: 32_767 };

/** The range of node ports; undefined: the default. */
export function nodePortsFrom(flags: FlagValues): PortRange | undefined {
  const text = flags.string("service-node-port-range");
  if (text === undefined) return undefined;
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const range = { from: Number(from), to: Number(to) };
  if (range.from >= 1 && range.from <= range.to && range.to <= 65_535) return range;
  throw usageError(
    `invalid value ${JSON.stringify(text)} for flag --service-node-port-range: FROM-TO, 1 to 65535, as 30000-32767`,
  );
}
