import { resolve } from "node:path";
import { usageError } from "./errors.ts";

/** A flag as the command declares it. A repeated flag: the last value wins. A `file` is made absolute, but for `-`. */
export type FlagSpec =
  | {
      readonly type: "bool";
      readonly doc: string;
      /** Left out of the help. */
      readonly hidden?: boolean;
    }
  | {
      readonly type: "string" | "int";
      readonly doc: string;
      readonly value: string;
      readonly short?: string;
      readonly hidden?: boolean;
    }
  | { readonly type: "file"; readonly doc: string; readonly value: string }
  | { readonly type: "list"; readonly doc: string; readonly value: string };
export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

export interface Parsed {
  readonly flags: FlagValues;
  /** What is no flag, in order; everything after `--`. */
  readonly args: readonly string[];
}

/** Typed access to the flags that were given. */
export interface FlagValues {
  bool(name: string): boolean;
  string(name: string): string | undefined;
  int(name: string): number | undefined;
  list(name: string): readonly string[];
  /** All values of a flag that takes several with commas between, over its repetitions; empty ones are left out. */
  strings(name: string): readonly string[];
  /** What was given, so that it can be kept: `flagsFrom` reads it again. */
  readonly given: GivenFlags;
}

/** Values by the name of their flag, checked. */
export type GivenFlags = Readonly<Record<string, readonly string[]>>;

/**
 * Reads flags as pflag does: `--name value`, `--name=value`, `--bool`, `--bool=false`, flags and arguments mixed, `--` ends them.
 * Throws a usage error that names the flag.
 */
export function parseFlags(command: string, specs: FlagSpecs, argv: readonly string[]): Parsed {
  const values = new Map<string, string[]>();
  const args: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    if (word === "--") {
      args.push(...argv.slice(i + 1));
      break;
    }
    if (!word.startsWith("--")) {
      if (word.startsWith("-") && word !== "-") throw unknown(command, word);
      args.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) throw unknown(command, `--${name}`);
    let value: string;
    if (equals >= 0) value = word.slice(equals + 1);
    else if (spec.type === "bool") value = "true";
    else {
      i += 1;
      const next = argv[i];
      if (next === undefined) throw usageError(`flag --${name} needs an argument: --${name} ${spec.value}`);
      value = next;
    }
    check(name, spec, value);
    const kept = spec.type === "file" && value !== "" && value !== "-" ? resolve(value) : value;
    values.set(name, [...(values.get(name) ?? []), kept]);
  }
  return { flags: access(values), args };
}

/** Flags that were given earlier and kept. */
export function flagsFrom(given: GivenFlags): FlagValues {
  return access(new Map(Object.entries(given)));
}

/** Of the flags that were given, those that `specs` declare. */
export function givenOf(specs: FlagSpecs, { given }: FlagValues): GivenFlags {
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(specs, name)));
}

function unknown(command: string, flag: string): Error {
  return usageError(`unknown flag ${flag}: see 'skates ${command} --help'`);
}

function check(name: string, spec: FlagSpec, value: string): void {
  if (spec.type === "bool" && value !== "true" && value !== "false") {
    throw usageError(`invalid value ${JSON.stringify(value)} for flag --${name}: true or false`);
  }
  if (spec.type === "int" && !/^\d{1,9}$/.test(value)) {
    throw usageError(`invalid value ${JSON.stringify(value)} for flag --${name}: a whole number`);
  }
}

function access(values: ReadonlyMap<string, readonly string[]>): FlagValues {
  const last = (name: string): string | undefined => values.get(name)?.at(-1);
  return {
    bool: (name) => last(name) === "true",
    string: last,
    int: (name) => {
      const text = last(name);
      return text === undefined ? undefined : Number(text);
    },
    list: (name) => values.get(name) ?? [],
    strings: (name) => (values.get(name) ?? []).flatMap((value) => value.split(",")).filter((value) => value !== ""),
    given: Object.fromEntries(values),
  };
}

/** The flags of a command, aligned, for its help. */
export function describeFlags(specs: FlagSpecs): string {
  const shown = Object.entries(specs).filter(([, spec]) => !("hidden" in spec && spec.hidden));
  const rows = shown.map(([name, spec]) => {
    const left = spec.type === "bool" ? `--${name}` : `--${name} ${spec.value}`;
    return [left, spec.doc] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, doc]) => `  ${left.padEnd(width)}  ${doc}`).join("\n");
}
