import { check } from "./checker/checker.ts";
import type { Declarations } from "./checker/declarations.ts";
import { validateLiterals } from "./checker/literals.ts";
import { CelError } from "./cel-error.ts";
import type { FunctionDeclaration, Library } from "./declaration.ts";
import { planExpression } from "./interpreter/planner.ts";
import { type CelIssue, formatIssues } from "./issue.ts";
import type { JsonType } from "./json-type.ts";
import { jsonTypeOf } from "./json/declared-json.ts";
import { MacroTable, parse } from "./parser/parser.ts";
import type { Macro } from "./parser/macro.ts";
import { OPTIONAL_SELECT } from "./parser/operators.ts";
import { createProgram } from "./create-program.ts";
import type { Compilation } from "./program.ts";
import { STANDARD_LIBRARY } from "./standard/library.ts";
import type { CelType } from "./type.ts";

/** What an environment adds to the one it extends. */
export interface EnvironmentOptions {
  /**
   * Variables by name, each with its type, or with the JSON type by which its values are read and estimated. A name may have
   * dots: `authorizer.requestResource`. A variable that was declared before is replaced.
   */
  readonly variables?: Readonly<Record<string, CelType | JsonType>>;
  readonly libraries?: readonly Library[];
  /** Object types that expressions may make or mention, by name. Asked for names that nothing else declares. */
  readonly resolveType?: (name: string) => CelType | undefined;
  /** Where names are looked up first: in `a.b`, `x` means `a.b.x`, `a.x` or `x`. Default: as before, at first the root. */
  readonly container?: string;
  /**
   * What is spelled out is looked at more closely at compile time: durations, times, regular expressions and formats must be ones,
   * and the elements of a list, keys of a map and values of a map of one type each. Default: as before, at first false.
   */
  readonly checkedLiterals?: boolean;
}

/** Everything that expressions may refer to. Immutable; make it once, compile many expressions with it. */
export interface CelEnvironment {
  /** This environment with more in it. Throws when an overload is declared twice. */
  extend(options: EnvironmentOptions): CelEnvironment;
  /** Parses, checks and prepares an expression. Never throws. */
  compile(expression: string): Compilation;
}

/** An environment with the functions and macros of the language itself and what `options` add. */
export function createEnvironment(options: EnvironmentOptions = {}): CelEnvironment {
  return new Environment(EMPTY).extend({ libraries: [STANDARD_LIBRARY] }).extend(options);
}

interface Contents {
  readonly variables: ReadonlyMap<string, JsonType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly macros: readonly Macro[];
  readonly types: ReadonlyMap<string, CelType>;
  readonly resolvers: readonly ((name: string) => CelType | undefined)[];
  readonly container: string;
  readonly checkedLiterals: boolean;
}

const EMPTY: Contents = {
  variables: new Map(),
  functions: new Map(),
  macros: [],
  types: new Map(),
  resolvers: [],
  container: "",
  checkedLiterals: false,
};

class Environment implements CelEnvironment {
  readonly #contents: Contents;
  readonly #macros: MacroTable;
  readonly #declarations: Declarations;

  constructor(contents: Contents) {
    this.#contents = contents;
    this.#macros = new MacroTable(contents.macros, contents.functions.has(OPTIONAL_SELECT));
    this.#declarations = declarationsOf(contents);
  }

  extend(options: EnvironmentOptions): CelEnvironment {
    const before = this.#contents;
    const libraries = options.libraries ?? [];
    return new Environment({
      variables: withVariables(before.variables, options.variables ?? {}),
      functions: withCosts(withFunctions(before.functions, libraries), libraries),
      macros: [...before.macros, ...libraries.flatMap(({ macros }) => macros ?? [])],
      types: withTypes(before.types, libraries),
      resolvers: options.resolveType === undefined ? before.resolvers : [...before.resolvers, options.resolveType],
      container: options.container ?? before.container,
      checkedLiterals: options.checkedLiterals ?? before.checkedLiterals,
    });
  }

  compile(expression: string): Compilation {
    const parsed = parse(expression, this.#macros);
    if (!parsed.ok) return refused(expression, parsed.issues);
    const checked = check(parsed.parsed, this.#declarations);
    if (!checked.ok) return refused(expression, checked.issues);
    const literals = this.#contents.checkedLiterals ? validateLiterals(checked.checked) : [];
    if (literals.length > 0) return refused(expression, literals);
    const { functions, variables } = this.#contents;
    try {
      const planned = planExpression(checked.checked, {
        function: (name) => functions.get(name),
        makeObject: (type, fields) => ({ kind: "object", type, fields }),
      });
      return {
        ok: true,
        program: createProgram(expression, { checked: checked.checked, planned, variables, functions }),
      };
    } catch (error) {
      if (error instanceof CelError) return { ok: false, stage: "program", issues: [], message: error.message };
      throw error;
    }
  }
}

function refused(expression: string, issues: readonly CelIssue[]): Compilation {
  return { ok: false, stage: "check", issues, message: formatIssues(expression, issues) };
}

function declarationsOf(contents: Contents): Declarations {
  const { variables, functions, types, resolvers, container } = contents;
  return {
    container,
    variable: (name) => variables.get(name)?.type,
    function: (name) => functions.get(name),
    type: (name) => {
      const known = types.get(name);
      if (known !== undefined) return known;
      for (const resolve of resolvers.toReversed()) {
        const type = resolve(name);
        if (type !== undefined) return type;
      }
      return undefined;
    },
  };
}

function withVariables(
  before: Contents["variables"],
  added: Readonly<Record<string, CelType | JsonType>>,
): Contents["variables"] {
  const variables = new Map(before);
  for (const [name, type] of Object.entries(added)) variables.set(name, "adapt" in type ? type : jsonTypeOf(type));
  return variables;
}

function withFunctions(before: Contents["functions"], libraries: readonly Library[]): Contents["functions"] {
  const functions = new Map(before);
  for (const declared of libraries.flatMap(({ functions: some }) => some ?? [])) {
    const known = functions.get(declared.name);
    functions.set(declared.name, known === undefined ? declared : merged(known, declared));
  }
  return functions;
}

/** Costs by name hold for functions of all libraries. */
function withCosts(declared: Contents["functions"], libraries: readonly Library[]): Contents["functions"] {
  const functions = new Map(declared);
  for (const [name, cost] of libraries.flatMap(({ costs }) => [...(costs ?? [])])) {
    const known = functions.get(name);
    if (known !== undefined) functions.set(name, { ...known, cost });
  }
  return functions;
}

/** One function of two libraries: the overloads of both. A way to tell them apart at run time holds only for those of one. */
function merged(one: FunctionDeclaration, other: FunctionDeclaration): FunctionDeclaration {
  const ids = new Set(one.overloads.map(({ id }) => id));
  const twice = other.overloads.find(({ id }) => ids.has(id));
  if (twice !== undefined) throw new Error(`function ${one.name}: overload ${twice.id} is declared twice`);
  const cost = one.cost ?? other.cost;
  const overloads = [...one.overloads, ...other.overloads];
  return cost === undefined ? { name: one.name, overloads } : { name: one.name, overloads, cost };
}

function withTypes(before: Contents["types"], libraries: readonly Library[]): Contents["types"] {
  const types = new Map(before);
  for (const type of libraries.flatMap(({ types: some }) => some ?? [])) types.set(type.name, type);
  return types;
}
