/** Entry of the program: finds the verb, reads its flags, runs it, and turns what it throws into an exit code. */
import { messageOf, OperatingError } from "@skates/component-base";
import type { Command } from "./cli/command.ts";
import { CliError, EXIT, usageError } from "./cli/errors.ts";
import { describeFlags, type FlagSpecs, parseFlags } from "./cli/flags.ts";
import { defaultDataDir } from "./cluster/data-dir.ts";
import { resolve } from "node:path";

/** Each verb is loaded only when it is called. */
const COMMANDS: Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>> = {
  up: {
    summary: "make or start the cluster, and wait until it is ready",
    load: async () => (await import("./commands/up.ts")).up,
  },
  down: { summary: "stop Skates; pods keep running", load: async () => (await import("./commands/down.ts")).down },
  delete: {
    summary: "end everything and remove the cluster",
    load: async () => (await import("./commands/delete.ts")).deleteCluster,
  },
  status: { summary: "say what is running", load: async () => (await import("./commands/status.ts")).status },
  why: {
    summary: "say why a pod is not scheduled",
    load: async () => (await import("./commands/why.ts")).why,
  },
  demo: {
    summary: "deploy a small web application and fetch it",
    load: async () => (await import("./commands/demo.ts")).demo,
  },
  image: { summary: "load an image from a file", load: async () => (await import("./commands/image.ts")).image },
  snapshot: {
    summary: "save, restore and list copies of all objects",
    load: async () => (await import("./commands/snapshot.ts")).snapshot,
  },
  certificate: {
    summary: "show how long certificates last, and make them anew",
    load: async () => (await import("./commands/certificate.ts")).certificate,
  },
  migrate: {
    summary: "move all objects between the data directory and etcd",
    load: async () => (await import("./commands/migrate.ts")).migrate,
  },
  kubectl: {
    summary: "run kubectl against this cluster",
    load: async () => (await import("./commands/kubectl.ts")).kubectl,
  },
  server: {
    summary: "run API server and controllers in the foreground",
    load: async () => (await import("./commands/server.ts")).server,
  },
  agent: {
    summary: "run kubelet, proxy and DNS in the foreground",
    load: async () => (await import("./commands/agent.ts")).agent,
  },
  token: {
    summary: "make, list or delete tokens with which nodes join",
    load: async () => (await import("./commands/token.ts")).token,
  },
  join: {
    summary: "make this machine a node of another cluster",
    load: async () => (await import("./commands/join.ts")).join,
  },
  "crd-to-ts": {
    summary: "write TypeScript types for custom resource definitions",
    load: async () => (await import("./commands/crd-to-ts.ts")).crdToTs,
  },
  version: { summary: "print the version", load: async () => (await import("./commands/version.ts")).version },
};

const DATA_DIR: FlagSpecs = {
  "data-dir": { type: "string", value: "DIR", doc: `Where the cluster lives (default ${defaultDataDir()}).` },
};

async function main(argv: readonly string[]): Promise<number> {
  const { verb, before, after } = split(argv);
  if (verb === undefined || verb === "help") {
    process.stdout.write(overview());
    return EXIT.done;
  }
  const entry = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (entry === undefined) throw usageError(`unknown command ${JSON.stringify(verb)}: see 'skates help'`);
  const command = await entry.load();
  if (command.passThrough !== true && after.some((word) => word === "--help" || word === "-h")) {
    process.stdout.write(help(command));
    return EXIT.done;
  }
  const specs = { ...command.flags, ...DATA_DIR };
  const words = command.passThrough === true ? [...before, "--", ...after] : [...before, ...after];
  const { flags, args } = parseFlags(command.name, specs, words);
  if (args.length > 0 && command.takesArgs !== true) {
    throw usageError(`${command.name} takes no arguments, got ${JSON.stringify(args[0])}`);
  }
  const abort = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => abort.abort(new CliError(EXIT.failed, `ended by ${name}`)));
  }
  return command.run({
    flags,
    args,
    dataDir: resolve(flags.string("data-dir") ?? defaultDataDir()),
    signal: abort.signal,
    print: (line) => process.stdout.write(`${line}\n`),
  });
}

/** Flags may stand before the verb: `skates --data-dir DIR kubectl get pods`. */
function split(argv: readonly string[]): {
  verb: string | undefined;
  before: readonly string[];
  after: readonly string[];
} {
  let at = 0;
  while (argv[at]?.startsWith("--") === true) at += argv[at]?.includes("=") === true || argv[at] === "--help" ? 1 : 2;
  return { verb: argv[at], before: argv.slice(0, at).filter((word) => word !== "--help"), after: argv.slice(at + 1) };
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Skates: Kubernetes in TypeScript\n\nskates COMMAND [flags]\n\n${rows.join("\n")}\n\n${describeFlags(DATA_DIR)}\n`;
}

function help(command: Command): string {
  return `${command.usage}\n\n${command.summary}\n\n${describeFlags({ ...command.flags, ...DATA_DIR })}\n`;
}

function report(thrown: unknown): number {
  if (thrown instanceof CliError) {
    process.stderr.write(`skates: ${thrown.message}${causes(thrown.cause)}\n`);
    return thrown.exitCode;
  }
  if (thrown instanceof OperatingError) {
    process.stderr.write(`skates: ${messageOf(thrown)}\n`);
    return EXIT.failed;
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  process.stderr.write(`${text}\nskates: this is a bug in Skates: please report the lines above\n`);
  return EXIT.failed;
}

function causes(cause: unknown): string {
  if (cause === undefined) return "";
  return cause instanceof Error ? ` (${cause.message.trim()})${causes(cause.cause)}` : ` (${messageOf(cause)})`;
}

const code = await main(process.argv.slice(2)).catch(report);
// Whatever else still waits ends with the command. A fault has set a code of its own before it asked for the end.
process.exit(code === EXIT.done ? process.exitCode : code);
