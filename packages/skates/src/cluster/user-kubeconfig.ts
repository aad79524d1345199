import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { dump, load } from "js-yaml";
import { failure } from "../cli/errors.ts";

/** A kubeconfig as far as it is touched; everything else in it is kept. */
interface Kubeconfig {
  readonly [key: string]: unknown;
  readonly clusters?: readonly Named[] | null;
  readonly contexts?: readonly Named[] | null;
  readonly users?: readonly Named[] | null;
  readonly "current-context"?: string;
}
interface Named {
  readonly name: string;
  readonly [key: string]: unknown;
}

const LISTS = ["clusters", "contexts", "users"] as const;

/** The user's own kubeconfig: the first of `$KUBECONFIG`, else `~/.kube/config`. */
export function userKubeconfigPath(): string {
  const first = (process.env["KUBECONFIG"] ?? "").split(delimiter).find((path) => path !== "");
  return first ?? join(homedir(), ".kube", "config");
}

/**
 * Puts the cluster into the user's kubeconfig and makes it the current context. `previous` is the name it has had so far.
 * Gives the context's name: `skates`, or `skates-<directory>` where that is somebody else's.
 */
export function mergeContext(
  file: string,
  own: string,
  options: { readonly dataDir: string; readonly previous?: string | undefined },
): string {
  const config = read(file);
  const source = read(own);
  const name = freeName(config, source, options);
  const renamed = rename(source, name);
  const merged: Record<string, unknown> = { apiVersion: "v1", kind: "Config", preferences: {}, ...config };
  for (const list of LISTS) merged[list] = [...others(config[list], name), ...(renamed[list] ?? [])];
  merged["current-context"] = name;
  write(file, merged);
  return name;
}

/** Takes the context, its cluster and its user out again. A file without them is left as it is. */
export function unmergeContext(file: string, name: string): void {
  if (!existsSync(file)) return;
  const config = read(file);
  if (!LISTS.some((list) => config[list]?.some((entry) => entry.name === name))) return;
  const rest: Record<string, unknown> = { ...config };
  for (const list of LISTS) rest[list] = others(config[list], name);
  if (config["current-context"] === name) rest["current-context"] = "";
  write(file, rest);
}

/** `skates` unless it is taken; an entry left by this very cluster is ours, whoever wrote it. */
function freeName(
  config: Kubeconfig,
  source: Kubeconfig,
  options: { readonly dataDir: string; readonly previous?: string | undefined },
): string {
  if (options.previous !== undefined) return options.previous;
  const authority = authorityOf(source.clusters?.[0]);
  const taken = (name: string): boolean =>
    LISTS.some((list) => config[list]?.some((entry) => entry.name === name)) &&
    authorityOf(config.clusters?.find((entry) => entry.name === name)) !== authority;
  const long = `skates-${basename(options.dataDir)}`;
  for (const name of ["skates", long]) if (!taken(name)) return name;
  for (let i = 2; ; i++) if (!taken(`${long}-${i}`)) return `${long}-${i}`;
}

function authorityOf(entry: Named | undefined): unknown {
  const cluster = entry?.["cluster"];
  return typeof cluster === "object" && cluster !== null && "certificate-authority-data" in cluster
    ? cluster["certificate-authority-data"]
    : undefined;
}

/** The same configuration with one name for its cluster, its user and its context. */
function rename(source: Kubeconfig, name: string): Kubeconfig {
  return {
    clusters: (source.clusters ?? []).map((entry) => ({ ...entry, name })),
    users: (source.users ?? []).map((entry) => ({ ...entry, name })),
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

function others(list: readonly Named[] | null | undefined, name: string): readonly Named[] {
  return (list ?? []).filter((entry) => entry.name !== name);
}

function read(file: string): Kubeconfig {
  if (!existsSync(file)) return {};
  let parsed: unknown;
  try {
    parsed = load(readFileSync(file, "utf8"));
  } catch (cause) {
    throw failure(`${file} is no valid kubeconfig and was left alone`, "mend it, or run 'skates up --no-merge'", cause);
  }
  if (parsed === undefined || parsed === null) return {};
  if (typeof parsed !== "object" || Array.isArray(parsed)) {
    throw failure(`${file} is no kubeconfig and was left alone`, "mend it, or run 'skates up --no-merge'");
  }
  return { ...parsed };
}

/** Written beside and moved into place, with the mode it had; a link stays a link. */
function write(file: string, config: unknown): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const mode = existsSync(target) ? statSync(target).mode & 0o777 : 0o600;
  const draft = `${target}.skates-${process.pid}`;
  writeFileSync(draft, dump(config, { lineWidth: -1 }), { mode });
  renameSync(draft, target);
}
