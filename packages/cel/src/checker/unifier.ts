import { type CelType, dynType, isDynType, mapType, paramType, listType, sameType } from "../type.ts";

/**
 * What type parameters stand for, found out step by step: each successful assignment may bind some; a failed one binds none.
 */
export class Unifier {
  readonly #bindings = new Map<string, CelType>();
  /** What bindings replaced, so that a failed attempt can be taken back. */
  #undo: { readonly name: string; readonly before: CelType | undefined }[] = [];
  #fresh = 0;

  /** A type parameter that nothing else has. */
  fresh(): CelType {
    return paramType(`_var${this.#fresh++}`);
  }

  /** True if a value of type `from` may stand where `to` is asked for. */
  assignable(to: CelType, from: CelType): boolean {
    return this.#attempt(() => this.#fits(to, from));
  }

  /** True if each of `to` takes the one of `from`; all or nothing is bound. */
  assignableAll(to: readonly CelType[], from: readonly CelType[]): boolean {
    return this.#attempt(() => this.#fitsAll(to, from));
  }

  /** The type with bound parameters replaced; `final`: unbound ones become `dyn`. */
  substitute(type: CelType, final = false): CelType {
    if (type.kind === "param") {
      const bound = this.#bindings.get(type.name);
      if (bound !== undefined) return this.substitute(bound, final);
      return final ? dynType : type;
    }
    if (type.parameters.length === 0) return type;
    const parameters = type.parameters.map((parameter) => this.substitute(parameter, final));
    return parameters.every((parameter, index) => parameter === type.parameters[index])
      ? type
      : { ...type, parameters };
  }

  #attempt(test: () => boolean): boolean {
    this.#undo = [];
    if (test()) return true;
    for (const { name, before } of this.#undo.toReversed()) {
      if (before === undefined) this.#bindings.delete(name);
      else this.#bindings.set(name, before);
    }
    return false;
  }

  #bind(name: string, type: CelType): void {
    this.#undo.push({ name, before: this.#bindings.get(name) });
    this.#bindings.set(name, type);
  }

  #fits(to: CelType, from: CelType): boolean {
    if (from.kind === "param") {
      const { valid, bound } = this.#substitutes(to, from);
      if (valid || bound) return valid;
    }
    if (to.kind === "param") return this.#substitutes(from, to).valid;
    if (isDynType(to) || isDynType(from)) return true;
    if (to.kind === "null") return takesNull(from);
    if (from.kind === "null") return takesNull(to);
    switch (to.kind) {
      case "type":
        return from.kind === "type";
      case "opaque":
      case "list":
      case "map":
        return to.kind === from.kind && to.name === from.name && this.#fitsAll(to.parameters, from.parameters);
      default:
        return to.kind === from.kind && to.name === from.name;
    }
  }

  #fitsAll(to: readonly CelType[], from: readonly CelType[]): boolean {
    return to.length === from.length && to.every((type, index) => this.#fits(type, from[index] ?? dynType));
  }

  /** Whether the parameter may stand for the type, and whether it already stood for one. Binds it if so. */
  #substitutes(type: CelType, parameter: CelType): { readonly valid: boolean; readonly bound: boolean } {
    if (sameType(type, parameter)) return { valid: true, bound: true };
    const bound = this.#bindings.get(parameter.name);
    if (bound !== undefined) {
      if (sameType(type, bound)) return { valid: true, bound: true };
      if (!this.#fits(type, bound)) return { valid: false, bound: true };
      const general = mostGeneral(type, bound);
      if (this.#isFreeOf(parameter, general)) this.#bind(parameter.name, general);
      return { valid: true, bound: true };
    }
    if (!this.#isFreeOf(parameter, type)) return { valid: false, bound: false };
    this.#bind(parameter.name, type);
    return { valid: true, bound: false };
  }

  /** True if the parameter does not occur within the type, which would make it contain itself. */
  #isFreeOf(parameter: CelType, within: CelType): boolean {
    if (sameType(parameter, within)) return false;
    if (within.kind === "param") {
      const bound = this.#bindings.get(within.name);
      return bound === undefined || this.#isFreeOf(parameter, bound);
    }
    return within.parameters.every((inner) => this.#isFreeOf(parameter, inner));
  }
}

function takesNull(type: CelType): boolean {
  if (type.nullable === true) return true;
  switch (type.kind) {
    case "null":
    case "opaque":
    case "object":
    case "any":
    case "duration":
    case "timestamp":
      return true;
    default:
      return false;
  }
}

/** The more general of two types that fit each other. */
export function mostGeneral(one: CelType, other: CelType): CelType {
  return isAtLeastAsGeneral(one, other) ? one : other;
}

function isAtLeastAsGeneral(one: CelType, other: CelType): boolean {
  const isOpen = (type: CelType) => type.kind === "dyn" || type.kind === "any" || type.kind === "param";
  if (isOpen(one)) return true;
  if (isOpen(other) || one.kind !== other.kind) return false;
  if (one.kind === "type") return true;
  if (one.kind === "opaque" || one.kind === "list" || one.kind === "map") {
    return (
      one.name === other.name &&
      one.parameters.length === other.parameters.length &&
      one.parameters.every((parameter, index) => isAtLeastAsGeneral(parameter, other.parameters[index] ?? dynType))
    );
  }
  return sameType(one, other);
}

/** The type with each of its parameters renamed as `names` say. */
export function instantiate(type: CelType, names: Map<string, CelType>, fresh: () => CelType): CelType {
  if (type.kind === "param") {
    const known = names.get(type.name);
    if (known !== undefined) return known;
    const made = fresh();
    names.set(type.name, made);
    return made;
  }
  if (type.parameters.length === 0) return type;
  const parameters = type.parameters.map((parameter) => instantiate(parameter, names, fresh));
  const [first, second] = parameters;
  if (type.kind === "list" && first !== undefined) return listType(first);
  if (type.kind === "map" && first !== undefined && second !== undefined) return mapType(first, second);
  return { ...type, parameters };
}
