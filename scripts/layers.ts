/** Checks who imports whom: layers, package borders, Node.js modules, third-party packages. Table: ARCHITECTURE.md. */
import { importsOf, isTest, packageSources, type Source } from "./lib/sources.ts";

const LAYERS: readonly (readonly string[])[] = [
  ["component-base"],
  ["apimachinery", "pki"],
  ["cel", "api", "transport"],
  ["client", "storage", "packet-filter"],
  ["controller-runtime", "apiserver"],
  [
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
    "network-policy",
    "cluster-dns",
    "ingress",
    "kubectl",
    "compose",
    "dashboard",
  ],
  ["sim"],
  ["skates", "testkit"],
];

/** Third-party packages that are plain ECMAScript. */
const ANYWHERE = new Set([
  "js-yaml",
  "re2js",
  "croner",
  "htmlparser2",
  "ipaddr.js",
  "semver",
  "diff",
  "@opentelemetry/api",
]);
/** Those that touch the machine: under `src/node/` and in `skates` only. */
const NODE_ONLY = new Set([
  "lmdb",
  "@grpc/grpc-js",
  "undici",
  "ws",
  "pino",
  "ora",
  "tar-stream",
  "@peculiar/x509",
  "reflect-metadata",
  "jose",
  "@noble/ciphers",
]);
const TEST_ONLY = new Set(["vitest", "fast-check", "tinybench", "@bufbuild/cel-spec", "@bufbuild/protobuf"]);
/** Only these may import these. */
const RESTRICTED: Readonly<Record<string, readonly string[]>> = {
  storage: ["apiserver", "kube-apiserver", "sim", "skates", "testkit"],
  apiserver: ["kube-apiserver", "sim", "skates", "testkit"],
};

function layerOf(name: string): number {
  return LAYERS.findIndex((layer) => layer.includes(name));
}

function problemsOf(source: Source): readonly string[] {
  const test = isTest(source.path);
  const onNode = source.path.includes("/src/node/") || source.package === "skates" || test;
  const out: string[] = [];
  for (const { specifier, line } of importsOf(source.text)) {
    const problem = problemOf(source, specifier, { test, onNode });
    if (problem !== undefined) out.push(`${source.path}:${line}: ${problem}`);
  }
  return out;
}

function problemOf(source: Source, specifier: string, at: { test: boolean; onNode: boolean }): string | undefined {
  if (specifier.startsWith(".")) {
    if (!specifier.endsWith(".ts")) return `'${specifier}' lacks its ending .ts`;
    return undefined;
  }
  if (specifier.startsWith("node:")) {
    return at.onNode ? undefined : `'${specifier}' outside src/node/: put the effect behind an interface`;
  }
  if (specifier.startsWith("@skates/")) return problemOfPackage(source, specifier, at);
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (ANYWHERE.has(name)) return undefined;
  if (NODE_ONLY.has(name)) return at.onNode ? undefined : `'${name}' outside src/node/`;
  if (TEST_ONLY.has(name)) return at.test ? undefined : `'${name}' outside tests`;
  return `'${name}' is not among the dependencies that ARCHITECTURE.md names: it needs a decision record`;
}

function problemOfPackage(
  source: Source,
  specifier: string,
  at: { test: boolean; onNode: boolean },
): string | undefined {
  const [, target = "", ...rest] = specifier.split("/");
  const from = layerOf(source.package);
  const to = layerOf(target);
  if (to < 0) return `unknown package '${specifier}'`;
  if (target === source.package) return `imports its own package by name: use a relative path`;
  if (rest[0] === "node" && rest.length === 1 && target !== "api" && !at.onNode)
    return `'${specifier}' outside src/node/`;
  if (at.test) return undefined; // tests may build what they need from all layers
  if (to > from || (to === from && from < 7))
    return `layer ${from} (${source.package}) imports layer ${to} (${target})`;
  const allowed = RESTRICTED[target];
  if (allowed !== undefined && !allowed.includes(source.package))
    return `only ${allowed.join(", ")} may import ${target}`;
  return undefined;
}

const sources = packageSources();
const problems = sources.flatMap(problemsOf);
for (const problem of problems) console.error(problem);
console.log(`layers: ${sources.length} files, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
