import type { CelList, CelValue, ListRules } from "../value.ts";
import { equals } from "../values/equal.ts";
import { formatKey } from "../values/format-value.ts";
import { elementsOf } from "../values/list.ts";
import { mapKey } from "../values/map.ts";
import { isObject } from "../values/scalars.ts";

/** A list at hand that keeps the rules of the list it came from. */
class RuledList implements CelList {
  readonly kind = "list";
  readonly rules: ListRules;
  readonly #values: readonly CelValue[];

  constructor(values: readonly CelValue[], rules: ListRules) {
    this.#values = values;
    this.rules = rules;
  }

  get size(): number {
    return this.#values.length;
  }

  at(index: number): CelValue {
    return this.#values[index] ?? null;
  }
}

/** Sets compare without regard to order, and `+` adds what is not there yet. */
export const SET_RULES: ListRules = keyedRules(scalarKey, false);

/** Maps in the form of lists compare item by item with the same keys; `+` replaces items of the same keys and adds others. */
export function mapListRules(keys: readonly string[]): ListRules {
  return keyedRules((item) => keys.map((key) => memberKey(item, key)).join("\u0000"), true);
}

/** Items are known by keys; `deep`: there is more to an item than its key. */
function keyedRules(keyOf: (item: CelValue) => string, deep: boolean): ListRules {
  const rules: ListRules = {
    equals(self, other, meter) {
      if (self.size !== other.size) return false;
      const known = new Map(elementsOf(self).map((item) => [keyOf(item), item]));
      return elementsOf(other).every((item) => {
        const ours = known.get(keyOf(item));
        return ours !== undefined && (!deep || equals(ours, item, meter));
      });
    },
    add(self, other) {
      const merged = new Map(elementsOf(self).map((item) => [keyOf(item), item]));
      for (const item of elementsOf(other)) merged.set(keyOf(item), item);
      return new RuledList([...merged.values()], rules);
    },
  };
  return rules;
}

function scalarKey(item: CelValue): string {
  const key = mapKey(item);
  return key === undefined ? formatKey(item) : `${typeof key === "bigint" ? "number" : typeof key}:${key}`;
}

function memberKey(item: CelValue, key: string): string {
  const member = isObject(item) && item.kind === "map" ? item.get(key) : undefined;
  return member === undefined ? "" : scalarKey(member);
}
