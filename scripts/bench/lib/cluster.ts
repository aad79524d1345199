import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ROOT } from "../../lib/sources.ts";

/** A cluster of its own in a temporary data directory; `delete` leaves nothing of it. */
export interface BenchCluster {
  readonly dataDir: string;
  readonly port: number;
  /** Runs `./skates VERB --data-dir …`; throws with what it said when it fails. */
  skates(verb: string, ...args: readonly string[]): string;
  /** A file of the cluster's PKI. */
  pem(name: string): string;
  /** Process ids of the server, the agent, what starts these again, and what works for them. */
  pids(): Readonly<Record<"server" | "agent" | "keeper" | "containerd" | "shim", readonly number[]>>;
  delete(): void;
}

/** Nothing is started yet: that is `up`, which takes `upFlags` besides. The data directory is made under `parent`. */
export async function benchCluster(parent = "/tmp"): Promise<BenchCluster> {
  const dir = mkdtempSync(join(parent, "sk-bench-"));
  const dataDir = join(dir, "data");
  const port = await freePort();
  const skates = (verb: string, ...args: readonly string[]): string => {
    const ran = spawnSync(join(ROOT, "skates"), [verb, "--data-dir", dataDir, ...args], { encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`skates ${verb}: ${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  };
  return {
    dataDir,
    port,
    skates,
    pem: (name) => readFileSync(join(dataDir, "pki", name), "utf8"),
    pids: () => pidsOf(dataDir),
    delete() {
      skates("delete", "--yes");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The flags that make `up` leave this machine's settings alone. */
export function upFlags({ port }: BenchCluster): readonly string[] {
  return ["--no-merge", "--no-install", "--api-port", String(port)];
}

function pidsOf(dataDir: string): ReturnType<BenchCluster["pids"]> {
  const none = (): number[] => [];
  const out = { server: none(), agent: none(), keeper: none(), containerd: none(), shim: none() };
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = wordsOf(name);
    if (!words.some((word) => word === dataDir || word.startsWith(`${dataDir}/`))) continue;
    const pid = Number(name);
    if (words.includes("skates-keeper")) out.keeper.push(pid);
    else if (words.some((word) => word.endsWith("/skates.mjs"))) {
      if (words.includes("server")) out.server.push(pid);
      if (words.includes("agent")) out.agent.push(pid);
    } else if (words[0]?.includes("containerd-shim") === true) out.shim.push(pid);
    else if (words[0]?.endsWith("containerd") === true) out.containerd.push(pid);
  }
  return out;
}

function wordsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // ended meanwhile
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
