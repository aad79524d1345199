import type { Library } from "./declaration.ts";
import type { JsonType } from "./json-type.ts";
import type { Compilation } from "./program.ts";
import type { CelType } from "./type.ts";

/** What an environment adds to the one it extends. */
export interface EnvironmentOptions {
  /**
   * Variables by name, each with its type, or with the JSON type by which its values are read and estimated. A name may have
   * dots: `authorizer.requestResource`.
   */
  readonly variables?: Readonly<Record<string, CelType | JsonType>>;
  readonly libraries?: readonly Library[];
  /** Object types that expressions may make or mention, by name. Asked for names that nothing else declares. */
  readonly resolveType?: (name: string) => CelType | undefined;
  /** Where names are looked up first: in `a.b`, `x` means `a.b.x`, `a.x` or `x`. */
  readonly container?: string;
}

/** Everything that expressions may refer to. Immutable; make it once, compile many expressions with it. */
export interface CelEnvironment {
  /** This environment with more in it. Throws when a name or overload is declared twice with another meaning. */
  extend(options: EnvironmentOptions): CelEnvironment;
  /** Parses, checks and prepares an expression. Never throws. */
  compile(expression: string): Compilation;
}
