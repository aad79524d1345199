export type Operator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";

/** One condition of a label selector. */
export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** Sorted, without repetitions. */
  readonly values: readonly string[];
}

/** Which objects are meant, by their labels. Immutable. */
export interface Selector {
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
  /** True if it matches everything. */
  readonly empty: boolean;
  /** True if it matches nothing, whatever the labels. */
  readonly nothing: boolean;
  /** All must hold; sorted by key. */
  readonly requirements: readonly Requirement[];
  /** The text that `parseLabelSelector` reads. */
  toString(): string;
}

/** Matches everything. */
export const everything: Selector = {
  matches: () => true,
  empty: true,
  nothing: false,
  requirements: [],
  toString: () => "",
};

/** Matches nothing. */
export const nothing: Selector = {
  matches: () => false,
  empty: false,
  nothing: true,
  requirements: [],
  toString: () => "",
};

/** A selector of requirements that all must hold; they are taken as valid. */
export function selectorOf(requirements: readonly Requirement[]): Selector {
  if (requirements.length === 0) return everything;
  const sorted = requirements.toSorted((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1));
  return {
    matches: (labels) => {
      for (const requirement of sorted) if (!meets(requirement, labels)) return false;
      return true;
    },
    empty: false,
    nothing: false,
    requirements: sorted,
    toString: () => sorted.map(formatRequirement).join(","),
  };
}

/** Matches objects that have all these labels. */
export function selectorFromLabels(labels: Readonly<Record<string, string>> | undefined): Selector {
  return selectorOf(Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: "=", values: [value] })));
}

function meets(requirement: Requirement, labels: Readonly<Record<string, string>> | undefined): boolean {
  const { key, operator, values } = requirement;
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "=":
    case "==":
    case "in":
      return value !== undefined && values.includes(value);
    case "!=":
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case "gt":
    case "lt":
      return value !== undefined && compares(operator, value, values[0] ?? "");
  }
}

const INTEGER = /^[-+]?[0-9]+$/;

function compares(operator: "gt" | "lt", value: string, bound: string): boolean {
  if (!INTEGER.test(value) || !INTEGER.test(bound)) return false;
  return operator === "gt" ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}

function formatRequirement({ key, operator, values }: Requirement): string {
  const all = values.join(",");
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${all})`;
    case "gt":
      return `${key}>${all}`;
    case "lt":
      return `${key}<${all}`;
    default:
      return `${key}${operator}${all}`;
  }
}
