import { CelError } from "../cel-error.ts";
import type { CelList, CelValue, ListRules } from "../value.ts";
import { formatKey } from "./format-value.ts";
import { isObject } from "./scalars.ts";
import { typeOfValue } from "./type-of.ts";

/** A list of values at hand. */
class ArrayList implements CelList {
  readonly kind = "list";
  readonly #values: readonly CelValue[];

  constructor(values: readonly CelValue[]) {
    this.#values = values;
  }

  get size(): number {
    return this.#values.length;
  }

  at(index: number): CelValue {
    const value = this.#values[index];
    return value === undefined ? null : value;
  }
}

/** A list of values at hand; the array is not copied. */
export function listOf(values: readonly CelValue[]): CelList {
  return new ArrayList(values);
}

/** A JSON array, its elements read when they are asked for. */
export class JsonList implements CelList {
  readonly kind = "list";
  readonly json: readonly unknown[];
  readonly rules?: ListRules;
  readonly #adapt: (json: unknown) => CelValue;

  constructor(json: readonly unknown[], adapt: (json: unknown) => CelValue, rules?: ListRules) {
    this.json = json;
    this.#adapt = adapt;
    if (rules !== undefined) this.rules = rules;
  }

  get size(): number {
    return this.json.length;
  }

  at(index: number): CelValue {
    return this.#adapt(this.json[index]);
  }
}

/** Two lists as one, without copying: adding costs the same whatever the lengths. */
class ConcatList implements CelList {
  readonly kind = "list";
  readonly size: number;
  readonly left: CelList;
  readonly right: CelList;

  constructor(left: CelList, right: CelList) {
    this.left = left;
    this.right = right;
    this.size = left.size + right.size;
  }

  at(index: number): CelValue {
    return index < this.left.size ? elementAt(this.left, index) : this.right.at(index - this.left.size);
  }
}

/** A chain of additions leans to the left; it may be long. */
function elementAt(list: CelList, index: number): CelValue {
  let at = list;
  while (at instanceof ConcatList && index < at.left.size) at = at.left;
  return at instanceof ConcatList ? at.right.at(index - at.left.size) : at.at(index);
}

/** `a + b`. */
export function addLists(a: CelList, b: CelList): CelList {
  if (a.rules !== undefined) return a.rules.add(a, b);
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  return new ConcatList(a, b);
}

/** The elements in order. */
export function elementsOf(list: CelList): CelValue[] {
  const out: CelValue[] = [];
  for (let i = 0; i < list.size; i++) out.push(list.at(i));
  return out;
}

/** The place that a value asks for: an integer, or a number that is one. Throws CelError for what is no index. */
export function indexOf(index: CelValue): number {
  if (typeof index === "number") return index;
  if (typeof index === "bigint") return -1;
  if (isObject(index) && (index.kind === "double" || index.kind === "uint")) {
    const place = Number(index.value);
    if (!Number.isInteger(place)) throw new CelError(`unsupported index value ${formatKey(index)} in list`);
    return place;
  }
  throw new CelError(`unsupported index type '${typeOfValue(index).name}' in list`);
}
