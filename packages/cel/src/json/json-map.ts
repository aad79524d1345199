import type { JsonRecord } from "@skates/apimachinery";
import { noSuchOverload } from "../cel-error.ts";
import type { CelMap, CelValue } from "../value.ts";
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
