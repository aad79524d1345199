import { isRecord, type JsonRecord } from "@skates/apimachinery";
import { CelError, noSuchOverload } from "../cel-error.ts";
import { intOf, isInt } from "../integer.ts";
import type { CelMap, CelValue } from "../value.ts";
import type { Meter } from "../values/bounds.ts";
import { equals } from "../values/equal.ts";
import { JsonList } from "../values/list.ts";
import { double } from "../values/scalars.ts";
import { escapeName, unescapeName } from "./escape-name.ts";

/** How the members of a JSON object are read. */
export interface JsonMembers {
  /** The members are declared fields: known by escaped names, and one that is null is not there. */
  readonly fields: boolean;
  /** The value of a member by its JSON name; undefined: it is not declared, so that expressions do not see it. */
  adaptMember(name: string, json: unknown): CelValue | undefined;
}

/** A JSON object, its members read when they are asked for. */
export class JsonMap implements CelMap {
  readonly kind = "map";
  readonly json: JsonRecord;
  readonly #members: JsonMembers;

  constructor(json: JsonRecord, members: JsonMembers) {
    this.json = json;
    this.#members = members;
  }

  get size(): number {
    let size = 0;
    for (const name in this.json) if (this.json[name] !== undefined) size++;
    return size;
  }

  get(key: CelValue): CelValue | undefined {
    const { fields } = this.#members;
    if (typeof key !== "string") {
      if (fields) throw noSuchOverload();
      return undefined;
    }
    const name = fields && key.includes("__") ? unescapeName(key) : key;
    if (name === undefined) return undefined;
    const value = ownMember(this.json, name);
    if (value === undefined || (fields && value === null)) return undefined;
    return this.#members.adaptMember(name, value);
  }

  /** Members that are not declared cannot be seen, but they count. */
  equals(other: CelMap, meter?: Meter): boolean | undefined {
    const members = this.#members;
    if (!members.fields || !(other instanceof JsonMap)) return undefined;
    return Object.keys(this.json).every((name) => {
      const ours = this.json[name];
      const theirs = ownMember(other.json, name);
      if (ours === undefined || ours === null) return theirs === ours || theirs === undefined;
      if (theirs === undefined || theirs === null) return false;
      const adapt = (json: unknown) => members.adaptMember(name, json) ?? adaptAny(json);
      return equals(adapt(ours), adapt(theirs), meter);
    });
  }

  *keys(): Iterable<CelValue> {
    for (const name of Object.keys(this.json)) {
      const value = this.json[name];
      if (value === undefined) continue;
      if (!this.#members.fields) yield name;
      else if (this.get(escapeName(name) ?? name) !== undefined) yield escapeName(name) ?? name;
    }
  }
}

/** A member of the object itself; what every object inherits does not count. */
function ownMember(json: JsonRecord, name: string): unknown {
  const value = json[name];
  // Inherited members are functions, but for one.
  if ((typeof value === "function" || name === "__proto__") && !Object.hasOwn(json, name)) return undefined;
  return value;
}

/** JSON as it is. */
export function adaptAny(json: unknown): CelValue {
  switch (typeof json) {
    case "string":
    case "boolean":
      return json;
    case "number":
      return Number.isSafeInteger(json) ? json + 0 : double(json);
    case "bigint":
      return isInt(json) ? intOf(json) : double(Number(json));
    default:
      if (json === null || json === undefined) return null;
      if (Array.isArray(json)) return new JsonList(json, adaptAny);
      if (isRecord(json)) return new JsonMap(json, ANY_MEMBERS);
      throw new CelError(`unsupported conversion to ref.Val: (${typeof json})`);
  }
}

const ANY_MEMBERS: JsonMembers = { fields: false, adaptMember: (_, json) => adaptAny(json) };
