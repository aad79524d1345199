import type { ControllerManagerOptions } from "@skates/kube-controller-manager";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

type Rates = NonNullable<ControllerManagerOptions["evictionRates"]>;

interface RateFlag {
  readonly option: keyof Rates;
  readonly max: number;
  readonly doc: string;
}

/** By name, as upstream's. */
const RATES: Readonly<Record<string, RateFlag>> = {
  "node-eviction-rate": {
    option: "perSecond",
    max: 1000,
    doc: "Nodes per second of a zone from which pods are driven when they fall silent (default 0.1).",
  },
  "secondary-node-eviction-rate": {
    option: "secondaryPerSecond",
    max: 1000,
    doc: "The same in a large zone of which much is not ready (default 0.01).",
  },
  "large-cluster-size-threshold": {
    option: "largeZoneNodes",
    max: 1_000_000,
    doc: "A zone with more nodes is large; pods of a smaller one stay where they are when much of it is not ready (default 50).",
  },
  "unhealthy-zone-threshold": {
    option: "unhealthyPart",
    max: 1,
    doc: "Part of the nodes of a zone, at least 3, from which on much of it is not ready (default 0.55).",
  },
};

export const NODE_LIFECYCLE_FLAGS: FlagSpecs = Object.fromEntries(
  Object.entries(RATES).map(([name, { doc }]) => [name, { type: "string", value: "NUMBER", doc }]),
);

/** How fast pods are driven from silent nodes; what no flag says is left to the default. */
export function evictionRatesFrom(flags: FlagValues): Rates {
  const given = Object.entries(RATES).flatMap(([name, { option, max }]) => {
    const text = flags.string(name);
    if (text === undefined) return [];
    const number = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && number <= max) return [[option, number] as const];
    throw usageError(`invalid value ${JSON.stringify(text)} for flag --${name}: a number from 0 to ${max}`);
  });
  return Object.fromEntries(given);
}
