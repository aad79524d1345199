import { CelError } from "../cel-error.ts";
import type { FunctionDeclaration, Overload } from "../declaration.ts";
import type { CelType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { isObject } from "../values/scalars.ts";
import { typeOfValue } from "../values/type-of.ts";
import { bareFrame, constantPlan, type Frame, type Plan, type Run } from "./frame.ts";
import { attempt } from "./operands.ts";

/** A call to be planned. */
export interface PlannedCall {
  readonly declared: FunctionDeclaration;
  /** Those that the checker found possible. */
  readonly overloads: readonly Overload[];
  /** Receiver first. */
  readonly args: readonly Plan[];
  readonly types: readonly CelType[];
}

type Implementation = (...args: CelValue[]) => CelValue;
type ActualCost = (args: readonly CelValue[], result: CelValue, overload: string) => number;

/** A call of a function without a special way. Throws CelError where it converts a constant and that fails. */
export function planCall(call: PlannedCall): Plan {
  const only = call.overloads.length === 1 ? call.overloads[0] : undefined;
  const implementation = only?.specialize?.(call.args.map(({ constant }) => constant)) ?? implementationOf(call, only);
  const fixed = call.args.reduce((sum, arg) => sum + arg.fixed, 0);
  const actual = call.declared.cost?.actual ?? only?.cost?.actual;
  const runs = call.args.map(({ run }) => run);
  const run =
    actual === undefined
      ? planFree(
          runs,
          implementation,
          call.args.slice(1).every(({ constant }) => constant !== undefined),
        )
      : planCharged(runs, implementation, { actual, overload: only?.id ?? "" });
  if (isConstantConversion(call)) return constantPlan(run(bareFrame()));
  const makesText = call.overloads.some(({ id, result }) => result.kind === "string" && id !== "add_string");
  return { fixed: actual === undefined ? fixed + 1 : fixed, run: makesText ? keepingText(run) : run };
}

/** Shorter texts are within what costs allow. */
const LONG_TEXT = 1000;

function keepingText(run: Run): Run {
  return (frame) => {
    const value = run(frame);
    if (typeof value === "string" && value.length > LONG_TEXT) frame.keep(value.length);
    return value;
  };
}

const CONVERSIONS: ReadonlySet<string> = new Set(
  "bool bytes double duration dyn int string timestamp type uint".split(" "),
);

/** Upstream converts constants once, when the program is made. */
function isConstantConversion({ declared, args }: PlannedCall): boolean {
  return CONVERSIONS.has(declared.name) && args.length === 1 && args[0]?.constant !== undefined;
}

/** `settled`: the arguments after the first are known. Otherwise upstream computes a second one even if the first fails. */
function planFree([first, second, third, ...rest]: readonly Run[], run: Implementation, settled: boolean): Run {
  if (first === undefined) return () => run();
  if (second === undefined) return (frame) => run(first(frame));
  if (third === undefined) {
    if (settled) return (frame) => run(first(frame), second(frame));
    return (frame) => {
      let a: CelValue;
      try {
        a = first(frame);
      } catch (error) {
        if (error instanceof CelError) attempt(frame, second);
        throw error;
      }
      return run(a, second(frame));
    };
  }
  if (rest.length === 0) return (frame) => run(first(frame), second(frame), third(frame));
  return (frame) => run(first(frame), second(frame), third(frame), ...rest.map((arg) => arg(frame)));
}

/** Upstream charges for calls of one or two arguments even if these or the call fail. */
function planCharged(
  runs: readonly Run[],
  run: Implementation,
  { actual, overload }: { readonly actual: ActualCost; readonly overload: string },
): Run {
  const call = (frame: Frame, args: readonly CelValue[]) => {
    let result: CelValue = null;
    try {
      result = run(...args);
    } finally {
      frame.charge(actual(args, result, overload));
    }
    return result;
  };
  const [first, second, third] = runs;
  if (first !== undefined && third === undefined) {
    return (frame) => {
      const a = attempt(frame, first);
      const b = second === undefined ? null : attempt(frame, second);
      if (!(a instanceof CelError || b instanceof CelError)) return call(frame, second === undefined ? [a] : [a, b]);
      const sized = [a, b].map((arg) => (arg instanceof CelError ? null : arg));
      frame.charge(actual(sized, null, overload));
      throw a instanceof CelError ? a : b;
    };
  }
  return (frame) => {
    const args = runs.map((arg) => arg(frame));
    return call(frame, args);
  };
}

function implementationOf({ declared, overloads, types }: PlannedCall, only: Overload | undefined): Implementation {
  if (only !== undefined) {
    if (only.unguarded === true || only.params.every((param, index) => isCertain(param, types[index]))) return only.run;
    if (declared.dispatch !== undefined) return declared.dispatch;
    return (...args) => {
      if (takes(only, args)) return only.run(...args);
      throw noMatch(declared.name, args);
    };
  }
  if (declared.dispatch !== undefined) return declared.dispatch;
  return (...args) => {
    for (const overload of overloads) if (takes(overload, args)) return overload.run(...args);
    throw noMatch(declared.name, args);
  };
}

/** True if a value of the checked type needs no further look. */
function isCertain(param: CelType, type: CelType | undefined): boolean {
  if (param.kind === "param" || param.kind === "dyn") return true;
  if (type === undefined || type.kind !== param.kind || type.name !== param.name) return false;
  return param.parameters.every((inner, index) => isCertain(inner, type.parameters[index]));
}

function takes({ params }: Overload, args: readonly CelValue[]): boolean {
  return params.length === args.length && params.every((param, index) => fits(param, args[index] ?? null));
}

/** Of lists and maps the first element is looked at, as upstream does. */
function fits(param: CelType, value: CelValue): boolean {
  if (param.kind === "dyn" || param.kind === "param" || param.kind === "any") return true;
  const type = typeOfValue(value);
  if (type.kind !== param.kind || type.name !== param.name) return false;
  if (!isObject(value)) return true;
  const [first, second] = param.parameters;
  if (value.kind === "list") return first === undefined || value.size === 0 || fits(first, value.at(0));
  if (value.kind !== "map" || first === undefined || second === undefined) return true;
  for (const key of value.keys()) return fits(first, key) && fits(second, value.get(key) ?? null);
  return true;
}

function noMatch(name: string, args: readonly CelValue[]): CelError {
  return new CelError(`no such overload: ${name}(${args.map((arg) => typeOfValue(arg).name).join(", ")})`);
}
