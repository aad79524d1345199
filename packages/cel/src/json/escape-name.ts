const RESERVED: ReadonlySet<string> = new Set(
  (
    "true false null in as break const continue else for function if import let loop package namespace return var void " +
    "while"
  ).split(" "),
);

/**
 * The name by which expressions know a property: reserved words get underscores around them, and what identifiers cannot have is
 * spelled out, `a-b` as `a__dash__b`. Undefined: expressions cannot refer to it.
 */
export function escapeName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_./-][\w./-]*$/.test(name)) return undefined;
  if (!/__|[-./]/.test(name)) return name;
  return name.replace(/__|[-./]/g, (part) => `__${SPELLED.get(part)}__`);
}

const SPELLED: ReadonlyMap<string, string> = new Map([
  ["__", "underscores"],
  [".", "dot"],
  ["-", "dash"],
  ["/", "slash"],
]);
const PARTS: ReadonlyMap<string, string> = new Map([...SPELLED].map(([part, spelled]) => [spelled, part]));

/** The property that an escaped name stands for; undefined if no property has it. */
export function unescapeName(escaped: string): string | undefined {
  let valid = true;
  const name = escaped.replace(/__[^_]+__/g, (whole) => {
    const inner = whole.slice(2, -2);
    const part = PARTS.get(inner);
    if (part !== undefined) return part;
    // A reserved word is escaped only as a whole name.
    if (!RESERVED.has(inner) || whole.length !== escaped.length) valid = false;
    return inner;
  });
  return valid ? name : undefined;
}
