import type { JsonType } from "./json-type.ts";
import type { CelValue } from "./value.ts";

/** A variable's value with its own idea of how it is read; what `bindJson` and `bindValue` make. */
export class Binding {
  readonly #compute: () => CelValue;
  #value: CelValue | undefined;

  constructor(compute: () => CelValue) {
    this.#compute = compute;
  }

  /** The value, computed at the first call. Throws CelError each time that computing fails. */
  value(): CelValue {
    if (this.#value === undefined) this.#value = this.#compute();
    return this.#value;
  }
}

/** JSON read by a type other than the declared one: a built-in object in a variable of type `dyn`. */
export function bindJson(type: JsonType, json: unknown): Binding {
  return new Binding(() => type.adapt(json));
}

/** A value of the language. */
export function bindValue(value: CelValue): Binding {
  return new Binding(() => value);
}
