import type { FunctionDeclaration } from "../declaration.ts";
import type { CelType } from "../type.ts";

/** What an environment declares, as the checker asks for it. */
export interface Declarations {
  /** Where names are looked up first; empty: only the root. */
  readonly container: string;
  /** The type of a declared variable by its full name. */
  variable(name: string): CelType | undefined;
  function(name: string): FunctionDeclaration | undefined;
  /** A type that expressions may name. */
  type(name: string): CelType | undefined;
}

/** Full names that a name may stand for, the most qualified first. A leading dot allows only the name itself. */
export function candidateNames(container: string, name: string): readonly string[] {
  if (name.startsWith(".")) return [name.slice(1)];
  if (container === "") return [name];
  const out: string[] = [];
  for (let prefix = container; prefix !== ""; prefix = prefix.slice(0, Math.max(prefix.lastIndexOf("."), 0)))
    out.push(`${prefix}.${name}`);
  out.push(name);
  return out;
}
