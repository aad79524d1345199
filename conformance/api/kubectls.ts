/** The stock kubectls that suites of the API run with: 1.31, and a newer one, where they are installed. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

export interface Kubectl {
  readonly command: string;
  /** `1.31`, or `?` when it did not tell. */
  readonly version: string;
}

const OLD = "1.31";

/** The one on PATH, and those that lie beside it as `kubectl.1.31`, from old to new. */
function installedKubectls(): readonly Kubectl[] {
  const own = process.env["KUBECTL"] ?? "kubectl";
  const found = [{ command: own, version: versionOf(own) }];
  const folder = folderOf(own);
  const beside = folder === undefined ? [] : readdirSync(folder).filter((name) => /^kubectl\.1\.\d+$/.test(name));
  for (const name of beside) {
    const version = name.slice("kubectl.".length);
    if (!found.some((known) => known.version === version)) found.push({ command: join(folder ?? "", name), version });
  }
  return found.toSorted((a, b) => minor(a) - minor(b));
}

/** 1.31 and the newest; either of them missing is told, and the other stands in. */
export function oldAndNew(): { readonly old: Kubectl; readonly newest: Kubectl; readonly missing: string | undefined } {
  const all = installedKubectls();
  const newest = all.at(-1) ?? { command: "kubectl", version: "?" };
  const old = all.find(({ version }) => version === OLD) ?? newest;
  if (old.version !== OLD) return { old, newest, missing: `no kubectl ${OLD} beside ${newest.version}` };
  return { old, newest, missing: newest === old ? `no kubectl newer than ${OLD}` : undefined };
}

function minor({ version }: Kubectl): number {
  return Number(version.split(".")[1] ?? 0);
}

function versionOf(command: string): string {
  try {
    const told: unknown = JSON.parse(
      execFileSync(command, ["version", "--client", "-o", "json"], { encoding: "utf8" }),
    );
    const text = JSON.stringify(told);
    return /"gitVersion":"v(1\.\d+)/.exec(text)?.[1] ?? "?";
  } catch {
    return "?"; // it is not there: the tests that need it will say so
  }
}

function folderOf(command: string): string | undefined {
  const path = command.includes("/")
    ? command
    : (process.env["PATH"] ?? "")
        .split(delimiter)
        .map((folder) => join(folder, command))
        .find((file) => existsSync(file));
  return path === undefined || !existsSync(path) ? undefined : dirname(realpathSync(path));
}
