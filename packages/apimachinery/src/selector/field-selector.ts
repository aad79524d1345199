import { SelectorError } from "./parse-label-selector.ts";

/** One condition of a field selector. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** Which objects are meant, by the text of some of their fields. Immutable. */
export interface FieldSelector {
  /** `valueOf` gives the text of a field, empty when it has none. */
  matches(valueOf: (field: string) => string): boolean;
  /** True if it matches everything. */
  readonly empty: boolean;
  /** All must hold. */
  readonly requirements: readonly FieldRequirement[];
  /** The value that `field` must equal, if one is demanded. */
  exact(field: string): string | undefined;
  toString(): string;
}

/** Reads `metadata.name=web,status.phase!=Running`. Throws SelectorError with upstream's text. */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text).toSorted();
  return fieldSelectorOf(terms.filter((term) => term !== "").map((term) => readTerm(term, text)));
}

/** A selector of requirements that all must hold. */
export function fieldSelectorOf(requirements: readonly FieldRequirement[]): FieldSelector {
  return {
    matches: (valueOf) => requirements.every((r) => (valueOf(r.field) === r.value) === (r.operator === "=")),
    empty: requirements.length === 0,
    requirements,
    exact: (field) => requirements.find((r) => r.field === field && r.operator === "=")?.value,
    toString: () => requirements.map((r) => `${r.field}${r.operator}${escapeValue(r.value)}`).join(","),
  };
}

function splitTerms(text: string): readonly string[] {
  return text.match(/(?:\\[\s\S]|[^\\,]|\\$)+/g) ?? [];
}

function readTerm(term: string, all: string): FieldRequirement {
  const parts = /^(.*?)(!=|==|=)([\s\S]*)$/.exec(term);
  if (parts === null) throw new SelectorError(`invalid selector: '${all}'; can't understand '${term}'`);
  const [, field = "", operator, value = ""] = parts;
  return { field, operator: operator === "!=" ? "!=" : "=", value: unescapeValue(value) };
}

function unescapeValue(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "," || char === "=") {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${char.charCodeAt(0)}`);
    }
    if (char !== "\\") {
      out += char;
      continue;
    }
    const next = text.charAt(++at);
    if (next !== "\\" && next !== "," && next !== "=") {
      throw new SelectorError(`invalid field selector: invalid escape sequence: \\${next}`);
    }
    out += next;
  }
  return out;
}

function escapeValue(text: string): string {
  return text.replaceAll(/[\\,=]/g, (char) => `\\${char}`);
}
