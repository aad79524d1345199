/**
 * Upstream's rule for `--controllers`: `*` stands for all, of which none is off by default here, `name` turns one on, `-name` turns one
 * off. Throws an Error that names what is unknown.
 */
export function selectControllers(wanted: readonly string[], all: readonly string[]): ReadonlySet<string> {
  for (const word of wanted) {
    const name = word.startsWith("-") ? word.slice(1) : word;
    if (name === "*" || all.includes(name)) continue;
    throw new Error(`${JSON.stringify(name)} is not in the list of known controllers: ${all.join(", ")}`);
  }
  const on = (name: string): boolean => {
    if (wanted.includes(name)) return true;
    if (wanted.includes(`-${name}`)) return false;
    return wanted.includes("*");
  };
  return new Set(all.filter(on));
}
