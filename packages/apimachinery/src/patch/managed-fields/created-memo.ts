import type { Struct } from "../../schema/struct.ts";
import { type CreatedFields, createdFields } from "./created-fields.ts";
import { ownedAlike } from "./owned-alike.ts";

interface Known {
  readonly struct: Struct;
  readonly object: unknown;
  readonly unowned: ReadonlySet<string>;
  readonly fields: string | undefined;
}

/** Objects of a kind that are created one after the other are alike as a rule: pods of a few templates. */
const KNOWN_MAX = 4;

/**
 * What creators of a kind's last objects owned, so that it is not written anew for each object like them: to compare costs a third.
 * Holds on to a few objects.
 */
export class CreatedMemo {
  #known: readonly Known[] = [];

  /** As `createdFields`. */
  fieldsOf(struct: Struct, object: unknown, options: CreatedFields): string | undefined {
    const at = this.#known.findIndex(
      (known) =>
        known.struct === struct &&
        sameNames(known.unowned, options.unowned) &&
        ownedAlike(struct, { a: known.object, b: object }, options),
    );
    const found = this.#known[at];
    const next = found ?? { struct, object, unowned: options.unowned, fields: createdFields(struct, object, options) };
    if (at !== 0) this.#known = [next, ...this.#known.filter((known) => known !== found)].slice(0, KNOWN_MAX);
    return next.fields;
  }
}

function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const name of a) if (!b.has(name)) return false;
  return true;
}
