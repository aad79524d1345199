import {
  binaryTag,
  defineScalarTag,
  load,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  Schema,
  seqTag,
  strTag,
  YAMLException,
} from "js-yaml";
import { DecodeError } from "./decode-error.ts";
import { DEPTH_LIMIT } from "./exact-json.ts";
import { repeatedKeys } from "./repeated-keys.ts";

/** The most values that a document may have once its aliases are written out. */
const VALUE_LIMIT = 4_000_000;

/**
 * The value of one YAML document, read as Kubernetes' clients read it: `yes` and `on` are booleans, `0777` and `0o777` octal,
 * dates are texts, `<<` merges, integers of 64 bits are exact (bigints where a number is not). JSON is YAML too. Throws
 * DecodeError: on malformed text, duplicate keys, several documents, and aliases that would grow without bound.
 */
export function parseYaml(text: string): unknown {
  const { value, duplicate } = parseLooseYaml(text);
  if (duplicate !== undefined) throw new DecodeError(duplicate);
  return value;
}

const NO_JSON = "error converting YAML to JSON: yaml";

export interface LooseYaml {
  readonly value: unknown;
  /** Keys that came twice in one mapping, in upstream's words: `… line 9: key "foo" already set in map`. The last one counts. */
  readonly duplicate: string | undefined;
}

/** The same, but duplicate keys are told instead of refused. */
export function parseLooseYaml(text: string): LooseYaml {
  if (text.trim() === "") return { value: null, duplicate: undefined };
  const { value, repeated } = loaded(text);
  if (sizeOf(value, new Map()) > VALUE_LIMIT) throw new DecodeError(`${NO_JSON}: document contains excessive aliasing`);
  const findings = repeated.map((finding) => `\n  ${finding}`).join("");
  return { value, duplicate: findings === "" ? undefined : `${NO_JSON}: unmarshal errors:${findings}` };
}

function loaded(text: string): { readonly value: unknown; readonly repeated: readonly string[] } {
  const read = (source: string, json = false): unknown => load(source, { schema, maxDepth: DEPTH_LIMIT, json });
  try {
    try {
      return { value: read(text), repeated: [] };
    } catch (error) {
      if (!(error instanceof YAMLException) || error.reason !== "duplicated mapping key") throw error;
      return { value: read(text, true), repeated: repeatedKeys(text, read) };
    }
  } catch (error) {
    throw malformed(error);
  }
}

function malformed(error: unknown): DecodeError {
  return new DecodeError(`${NO_JSON}: ${error instanceof Error ? error.message : String(error)}`);
}

const TRUE = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const FALSE = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);

const bool = defineScalarTag<boolean>("tag:yaml.org,2002:bool", {
  implicit: true,
  implicitFirstChars: "yYnNtTfFoO".split(""),
  resolve: (source) => (TRUE.has(source) ? true : FALSE.has(source) ? false : NOT_RESOLVED),
  identify: (value) => typeof value === "boolean",
});

const INTEGER = /^([-+]?)(0b[01_]+|0x[0-9a-fA-F_]+|0o[0-7_]+|0[0-7_]*|[1-9][0-9_]*)$/;

const int = defineScalarTag<number | bigint>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: "-+0123456789".split(""),
  resolve: (source) => {
    const parts = INTEGER.exec(source);
    if (parts === null) return NOT_RESOLVED;
    const [, sign = "", digits = ""] = parts;
    const plain = digits.replaceAll("_", "");
    const octal = /^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain;
    const exact = sign === "-" ? -BigInt(octal) : BigInt(octal);
    const value = Number(exact);
    return Number.isSafeInteger(value) ? value : exact;
  },
  identify: (value) => typeof value === "bigint" || Number.isInteger(value),
});

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

const float = defineScalarTag<number>("tag:yaml.org,2002:float", {
  implicit: true,
  implicitFirstChars: "-+.0123456789".split(""),
  resolve: (source) => {
    const plain = source.replaceAll("_", "");
    return FLOAT.test(plain) ? Number(plain) : NOT_RESOLVED;
  },
  identify: (value) => typeof value === "number",
});

const schema = new Schema([strTag, seqTag, mapTag, nullYaml11Tag, bool, int, float, mergeTag, binaryTag]);

/** How many values a document has; what is shared counts as often as it is used. */
function sizeOf(value: unknown, known: Map<object, number>): number {
  if (typeof value !== "object" || value === null) return 1;
  const before = known.get(value);
  if (before !== undefined) return before;
  // A value that contains itself has no end.
  known.set(value, Number.POSITIVE_INFINITY);
  let size = 1;
  for (const member of Object.values(value)) size += sizeOf(member, known);
  known.set(value, size);
  return size;
}
