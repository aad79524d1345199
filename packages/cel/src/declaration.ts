import type { CallCost } from "./cost.ts";
import type { Macro } from "./parser/macro.ts";
import type { CelType } from "./type.ts";
import type { CelValue } from "./value.ts";

/** See `Overload.specialize`. */
export type Specialize = (known: readonly (CelValue | undefined)[]) => ((...args: CelValue[]) => CelValue) | undefined;

/** One signature of a function, and what it does. */
export interface Overload {
  /** Upstream's id, by which costs are told apart: `starts_with_string`. Unique in an environment. */
  readonly id: string;
  /** Called as `receiver.name(…)`; the receiver is the first of `params`. */
  readonly member?: true;
  readonly params: readonly CelType[];
  readonly result: CelType;
  /** Called with values of these types only, at run time too (of lists and maps, only the first element is looked at). Throws CelError to fail. */
  readonly run: (...args: CelValue[]) => CelValue;
  /**
   * An implementation for calls whose arguments are known in part, undefined standing for the others; undefined: there is no better
   * one. Throws CelError if no such call can succeed.
   */
  readonly specialize?: Specialize;
  /** Called with values of any types where nothing else can be meant, and looks at them itself. */
  readonly unguarded?: true;
  /** What calls cost that are known beforehand to be of this overload. */
  readonly cost?: CallCost;
}

/** A function with all its signatures; the first that fits is called. */
export interface FunctionDeclaration {
  /** `startsWith`, `ip.isCanonical`, `_+_`. */
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** Called where only the evaluation shows the types. Absent: the first overload that takes the values is called. */
  readonly dispatch?: (...args: CelValue[]) => CelValue;
  /** What calls of any overload cost; goes before the overloads' own. */
  readonly cost?: CallCost;
}

/** A set of functions and macros that come together. */
export interface Library {
  readonly name: string;
  readonly functions?: readonly FunctionDeclaration[];
  readonly macros?: readonly Macro[];
  /** What functions cost, by name, whichever library they come from: those of this one or of one that was there before. */
  readonly costs?: ReadonlyMap<string, CallCost>;
  /** Names of types that expressions may mention. */
  readonly types?: readonly CelType[];
}
