import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const ROOT = join(fileURLToPath(import.meta.url), "..", "..", "..");

export interface Source {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  /** The package's folder name. */
  readonly package: string;
  readonly text: string;
}

/** All TypeScript sources of all packages, tests included, in the order of their paths. */
export function packageSources(): readonly Source[] {
  const out: Source[] = [];
  const visit = (folder: string, name: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && entry.name !== "node_modules") visit(path, name);
      else if (/\.tsx?$/.test(entry.name)) {
        out.push({ path: relative(ROOT, path), package: name, text: readFileSync(path, "utf8") });
      }
    }
  };
  for (const name of readdirSync(join(ROOT, "packages"))) {
    const folder = join(ROOT, "packages", name, "src");
    if (existsSync(folder)) visit(folder, name);
  }
  return out.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** True for tests and the suites and fixtures that only tests use. */
export function isTest(path: string): boolean {
  return /\.(test|suite|fixture)\.ts$/.test(path) || path.includes("/testing/");
}

/** What a source imports: the module's name as written and the line. */
export function importsOf(text: string): readonly { readonly specifier: string; readonly line: number }[] {
  const out: { specifier: string; line: number }[] = [];
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|(?:^|\n)import\s+["']([^"']+)["']/g;
  for (const match of text.matchAll(pattern)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    const at = (match.index ?? 0) + match[0].lastIndexOf(specifier);
    out.push({ specifier, line: text.slice(0, at).split("\n").length });
  }
  return out;
}
