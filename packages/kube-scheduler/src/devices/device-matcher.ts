import { anyJson, type CelEnvironment, type Compilation, createEnvironment } from "@skates/cel";
import type { Device, DeviceSelector } from "@skates/api/resource/v1";
import type { DeviceMatcher } from "./allocate.ts";
import type { PoolDevice } from "./device-pools.ts";

/** Most cost units of one selector for one device, as upstream. */
const COST_MAX = 1_000_000;
/** Expressions that are kept compiled. */
const COMPILED_MAX = 1024;

/**
 * Evaluates selectors of devices. An expression sees `device` with `driver`, and `attributes` and `capacity` by domain and name; what
 * names no domain is of the driver's.
 */
export function deviceMatcher(): DeviceMatcher {
  const environment = createEnvironment({ variables: { device: anyJson } });
  const compiled = new Map<string, Compilation>();
  /** What came of expressions, as long as the device is known: they are asked for every pod and node. */
  const verdicts = new WeakMap<Device, Map<string, boolean>>();
  const holds = (expression: string, device: PoolDevice): boolean => {
    let known = verdicts.get(device.device);
    if (known === undefined) verdicts.set(device.device, (known = new Map()));
    const before = known.get(expression);
    if (before !== undefined) return before;
    const verdict = evaluate(compile(expression, { environment, compiled }), device);
    known.set(expression, verdict);
    return verdict;
  };
  return (selectors: readonly DeviceSelector[], device) =>
    selectors.every(({ cel }, i) => {
      try {
        return cel !== undefined && holds(cel.expression, device);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`selector #${i}: ${message}`, { cause: error });
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
  const attributes = byDomain(
    driver,
    device.attributes ?? {},
    ({ int, bool, string, version }) => int ?? bool ?? string ?? version,
  );
  const capacity = byDomain(driver, device.capacity ?? {}, ({ value }) => value);
  return { driver, attributes, capacity, allowMultipleAllocations: device.allowMultipleAllocations === true };
}

function byDomain<T>(
  driver: string,
  values: Readonly<Record<string, T>>,
  plain: (value: T) => unknown,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const domains: Record<string, Record<string, unknown>> = { [driver]: {} };
  for (const [name, value] of Object.entries(values)) {
    const [domain = "", id] = name.split("/");
    const of = (domains[id === undefined ? driver : domain] ??= {});
    of[id ?? name] = plain(value);
  }
  return domains;
}
