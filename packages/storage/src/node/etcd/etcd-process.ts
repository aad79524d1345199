import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** An etcd member that a test has started. */
export interface EtcdProcess {
  readonly endpoint: string;
  readonly version: string;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** With what it left; resolves when it answers. */
  start(): Promise<void>;
  /** Stops answering without closing its connections, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

export interface EtcdProcessOptions {
  /** Further flags. */
  readonly args?: readonly string[] | undefined;
  /** `https` when the flags say so. */
  readonly scheme?: "http" | "https" | undefined;
}

/** The program: `$ETCD`, else the one on PATH; undefined when there is none. */
function findEtcd(): string | undefined {
  const program = process.env["ETCD"] ?? "etcd";
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return program;
  } catch {
    return undefined;
  }
}

/** Why tests against a real etcd cannot run here; undefined: they can. */
export const NO_ETCD =
  findEtcd() === undefined ? "skipped: no etcd here; install etcd-server, or name one in $ETCD" : undefined;

/** Starts a cluster of so many members on loopback, with fast elections; resolves when all answer. */
export async function startEtcd(members = 1, options: EtcdProcessOptions = {}): Promise<readonly EtcdProcess[]> {
  const ports = await Promise.all(Array.from({ length: members * 2 }, () => freePort()));
  const scheme = options.scheme ?? "http";
  const cluster = Array.from({ length: members }, (_, i) => `m${i}=http://127.0.0.1:${ports[members + i] ?? 0}`).join(
    ",",
  );
  const processes = Array.from({ length: members }, (_, i) => {
    const endpoint = `${scheme}://127.0.0.1:${ports[i] ?? 0}`;
    const peer = `http://127.0.0.1:${ports[members + i] ?? 0}`;
    const listen = `--listen-client-urls ${endpoint} --advertise-client-urls ${endpoint} --listen-peer-urls ${peer}`;
    const join = `--name m${i} --initial-advertise-peer-urls ${peer} --initial-cluster ${cluster}`;
    const quick = "--heartbeat-interval 50 --election-timeout 300 --log-level error";
    return new Member(endpoint, [...`${listen} ${join} ${quick}`.split(" "), ...(options.args ?? [])]);
  });
  await Promise.all(processes.map((member) => member.start()));
  return processes;
}

class Member implements EtcdProcess {
  readonly endpoint: string;
  readonly version = execFileSync(findEtcd() ?? "etcd", ["--version"], { encoding: "utf8" }).replace(
    /^etcd Version: (\S+)[^]*$/,
    "$1",
  );
  readonly #args: readonly string[];
  readonly #directory = mkdtempSync(join(tmpdir(), "skates-etcd-"));
  #child: ChildProcess | undefined;
  #output = "";

  constructor(endpoint: string, args: readonly string[]) {
    this.endpoint = endpoint;
    this.#args = [...args, "--data-dir", this.#directory];
  }

  async start(): Promise<void> {
    const child = spawn(findEtcd() ?? "etcd", this.#args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#output = (this.#output + text).slice(-4000);
      });
    }
    const port = Number(new URL(this.endpoint).port);
    for (let i = 0; !(await listens(port)); i++) {
      if (child.exitCode !== null || i > 400) throw new Error(`etcd did not start: ${this.#output}`);
      await sleep(25);
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function listens(port: number): Promise<boolean> {
  const { connect } = await import("node:net");
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
