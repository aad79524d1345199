import {
  bindValue,
  type CelEnvironment,
  type CelMap,
  type CelValue,
  type Compilation,
  dynType,
  kubernetesEnvironment,
  mapOfEntries,
  quantityValue,
  semverValue,
} from "@skates/cel";
import { messageOf } from "@skates/component-base";
import type { Device, DeviceAttribute, DeviceSelector } from "@skates/api/resource/v1";
import type { DeviceMatcher } from "./allocate.ts";
import type { PoolDevice } from "./device-pools.ts";

/** Most cost units of one selector for one device, as upstream. */
const COST_MAX = 1_000_000;
/** Expressions that are kept compiled, and of which a device's verdicts are kept. */
const COMPILED_MAX = 1024;

/**
 * Evaluates selectors of devices. An expression sees `device` with `driver`, and `attributes` and `capacity` by domain and name; what
 * names no domain is of the driver's.
 */
export function deviceMatcher(): DeviceMatcher {
  const environment = kubernetesEnvironment().extend({ variables: { device: dynType } });
  const compiled = new Map<string, Compilation>();
  /** What came of expressions, as long as the device is known: they are asked for every pod and node. */
  const verdicts = new WeakMap<Device, Map<string, boolean>>();
  const holds = (expression: string, device: PoolDevice): boolean => {
    let known = verdicts.get(device.device);
    if (known === undefined) verdicts.set(device.device, (known = new Map()));
    const before = known.get(expression);
    if (before !== undefined) return before;
    const verdict = evaluate(compile(expression, { environment, compiled }), device);
    if (known.size >= COMPILED_MAX) known.clear();
    known.set(expression, verdict);
    return verdict;
  };
  return (selectors: readonly DeviceSelector[], device, whose) =>
    selectors.every(({ cel }, i) => {
      try {
        return cel !== undefined && holds(cel.expression, device);
      } catch (error) {
        const message = messageOf(error);
        const where = message.startsWith("CEL runtime error") ? ` on device ${device.id}` : "";
        throw new Error(`${whose}: selector #${i}${where}: ${message}`, { cause: error });
      }
    });
}

function compile(
  expression: string,
  { environment, compiled }: { readonly environment: CelEnvironment; readonly compiled: Map<string, Compilation> },
): Compilation {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  const compilation = environment.compile(expression);
  const [oldest] = compiled.keys();
  if (compiled.size >= COMPILED_MAX && oldest !== undefined) compiled.delete(oldest);
  compiled.set(expression, compilation);
  return compilation;
}

function evaluate(compilation: Compilation, device: PoolDevice): boolean {
  if (!compilation.ok) throw new Error(`CEL compile error: ${compilation.message}`);
  const result = compilation.program.evaluate({ device: visible(device) }, { costLimit: COST_MAX });
  if (!result.ok) throw new Error(`CEL runtime error: ${result.error}`);
  if (typeof result.value !== "boolean") throw new Error("CEL runtime error: the expression does not give a bool");
  return result.value;
}

/** The device as expressions see it. */
function visible({ driver, device }: PoolDevice): unknown {
  const { attributes = {}, capacity = {}, allowMultipleAllocations } = device;
  return bindValue(
    mapOfEntries([
      ["driver", driver],
      ["attributes", byDomain(driver, attributes, attributeValue)],
      ["capacity", byDomain(driver, capacity, ({ value }) => quantityValue(value))],
      ["allowMultipleAllocations", allowMultipleAllocations === true],
    ]),
  );
}

function attributeValue({ int, bool, string, version }: DeviceAttribute): CelValue {
  if (version !== undefined) return semverValue(version);
  return int ?? bool ?? string ?? null;
}

const NOTHING = mapOfEntries([]);

/** Values by domain and name. A domain that the device does not know is there and empty. */
function byDomain<T>(driver: string, values: Readonly<Record<string, T>>, read: (value: T) => CelValue): CelMap {
  const domains = new Map<string, [CelValue, CelValue][]>([[driver, []]]);
  for (const [name, value] of Object.entries(values)) {
    const [domain = "", id] = name.split("/");
    const of = id === undefined ? driver : domain;
    domains.set(of, [...(domains.get(of) ?? []), [id ?? name, read(value)]]);
  }
  const known = mapOfEntries([...domains].map(([domain, entries]) => [domain, mapOfEntries(entries)]));
  return {
    kind: "map",
    size: known.size,
    get: (key) => known.get(key) ?? (typeof key === "string" ? NOTHING : undefined),
    keys: () => known.keys(),
  };
}
