/** Names that `--controllers` knows, and those of them that run only when they are named. */
export interface ControllerNames {
  readonly all: readonly string[];
  readonly offByDefault: ReadonlySet<string>;
}

/**
 * Upstream's rule for `--controllers`: `*` stands for all that are on by default, `name` turns one on, `-name` turns one off. Throws an
 * Error that names what is unknown.
 */
export function selectControllers(
  wanted: readonly string[],
  { all, offByDefault }: ControllerNames,
): ReadonlySet<string> {
  for (const word of wanted) {
    const name = word.startsWith("-") ? word.slice(1) : word;
    if (name === "*" || all.includes(name)) continue;
    throw new Error(`${JSON.stringify(name)} is not in the list of known controllers: ${all.join(", ")}`);
  }
  const on = (name: string): boolean => {
    if (wanted.includes(name)) return true;
    if (wanted.includes(`-${name}`)) return false;
    return wanted.includes("*") && !offByDefault.has(name);
  };
  return new Set(all.filter(on));
}
