import { isRecord } from "../../schema/record.ts";
import { type AnyField, type Fields, opt, type Struct, struct } from "../../schema/struct.ts";
import { json, ref, type Type } from "../../schema/type.ts";

/**
 * The struct with the fields that values have beyond it, for kinds that keep what their schema does not name: what nobody has
 * described is owned by the members that it has, lists and all else as one, as upstream deduces it. Other structs stay as they are.
 */
export function deducedStruct(known: Struct, ...values: readonly unknown[]): Struct {
  if (known.options.keepsUnknown !== true) return known;
  const others = deducedFields(values, (name) => !isInherited(name) && !Object.hasOwn(known.fields, name));
  return Object.keys(others).length === 0 ? known : { ...known, fields: { ...known.fields, ...others } };
}

function deducedFields(values: readonly unknown[], wanted: (name: string) => boolean): Fields {
  const byName = new Map<string, unknown[]>();
  for (const value of values) {
    if (!isRecord(value)) continue;
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined || !wanted(name)) continue;
      const found = byName.get(name);
      if (found === undefined) byName.set(name, [member]);
      else found.push(member);
    }
  }
  const field = (members: readonly unknown[]): AnyField =>
    opt(0, deducedType(members), "", { keepZero: true, nullable: true });
  return Object.fromEntries([...byName].map(([name, members]) => [name, field(members)]));
}

function deducedType(values: readonly unknown[]): Type<unknown> {
  if (!values.every((value) => isRecord(value) && !Object.keys(value).some(isInherited))) return json;
  let made: Struct | undefined;
  return ref<unknown>(
    () =>
      (made ??= struct(
        "",
        deducedFields(values, () => true),
        { keepsUnknown: true },
      )),
  );
}

/** `constructor` and the like: no fields of a struct, since objects seem to have them that have not. */
function isInherited(name: string): boolean {
  return name in Object.prototype;
}
