import { spawn } from "node:child_process";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, type Logger, messageOf, OperatingError } from "@skates/component-base";
import { type ContainerdSettings, containerdConfig } from "./containerd-config.ts";
import { runtimeVersion } from "./cri-call.ts";
import type { NodePaths } from "./node-paths.ts";
import { listProcesses, type Process, processEnded, readProcess, sendSignal } from "./processes.ts";
import { SYSTEM_PATH } from "./run-command.ts";
import { removeShimSockets, textOf } from "./leftover-files.ts";

/** What starting our containerd needs to know about the machine; `detectHost` finds it out. */
export interface ContainerdOptions {
  readonly paths: NodePaths;
  readonly cniBinDir: string;
  readonly snapshotter: ContainerdSettings["snapshotter"];
  readonly restrictOomScore: boolean;
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` for pulling images, if any. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly log: Logger;
  /** How long it may take until the socket answers; 20 s unless said. */
  readonly timeoutMs?: number | undefined;
}

/** A containerd that answers. It goes on when this process ends. */
export interface RunningContainerd {
  readonly pid: number;
  readonly socket: string;
  /** For CRI clients: `unix:///…`. */
  readonly endpoint: string;
  readonly version: string;
  readonly snapshotter: ContainerdSettings["snapshotter"];
  /** True if it was already running. */
  readonly adopted: boolean;
  readonly startMs: number;
}

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;
const BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id";
/** Half of the default: containerd's heap is small, and its idle memory is mostly garbage not yet collected. */
const GOGC = "50";

/**
 * Returns the containerd of this data directory, starting one if none runs. Calling it again is harmless and is also
 * how a dead one is brought back; running containers are found again through their shims.
 * Throws `ContainerdFailed` with the last lines of its log when it does not come up.
 */
export async function startContainerd(options: ContainerdOptions, signal: AbortSignal): Promise<RunningContainerd> {
  const startedAt = performance.now();
  const running = await findContainerd(options.paths);
  if (running === undefined) await prepare(options);
  const pid = running?.pid ?? (await launch(options));
  const version = await untilAnswering(pid, options, signal).catch(async (error: unknown) => {
    // One that was there may only be slow, and one that nobody waits for any more is not at fault.
    if (running === undefined && !signal.aborted) sendSignal(pid, "SIGTERM");
    throw error;
  });
  const startMs = Math.round(performance.now() - startedAt);
  options.log.info("containerd answers", { pid, version, adopted: running !== undefined, startMs });
  const socket = options.paths.containerd.socket;
  return {
    pid,
    socket,
    endpoint: `unix://${socket}`,
    version,
    snapshotter: options.snapshotter,
    adopted: running !== undefined,
    startMs,
  };
}

/** The process of this data directory's containerd, known by the configuration file on its command line. */
export async function findContainerd(paths: NodePaths): Promise<Process | undefined> {
  return (await listProcesses()).find(({ args }) => {
    const config = args.indexOf("--config");
    return /(^|\/)containerd$/.test(args[0] ?? "") && config > 0 && args[config + 1] === paths.containerd.config;
  });
}

/** Ends containerd itself and leaves containers running under their shims. Does nothing when none runs. */
export async function stopContainerd(paths: NodePaths, signal: AbortSignal): Promise<void> {
  const running = await findContainerd(paths);
  if (running === undefined) return;
  sendSignal(running.pid, "SIGTERM");
  if (await processEnded(running, STOP_TIMEOUT_MS, signal)) return;
  sendSignal(running.pid, "SIGKILL");
  if (await processEnded(running, STOP_TIMEOUT_MS, signal)) return;
  throw new OperatingError("ContainerdFailed", `containerd (pid ${running.pid}) does not end even on SIGKILL`);
}

/**
 * Starts containerd again whenever it is gone, until `signal` aborts. Failures are logged and tried again, at most once
 * a minute after repeated failure.
 */
export async function superviseContainerd(options: ContainerdOptions, signal: AbortSignal): Promise<void> {
  const everyMs = 2_000;
  let waitMs = everyMs;
  let current = await findContainerd(options.paths);
  while (!signal.aborted) {
    await sleep(waitMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
    if (signal.aborted) return;
    if (current !== undefined && !(await processEnded(current, 0, signal))) continue;
    options.log.warn("containerd has ended, starting it again");
    try {
      await startContainerd(options, signal);
      current = await findContainerd(options.paths);
      waitMs = everyMs;
    } catch (error) {
      if (signal.aborted) return;
      waitMs = Math.min(waitMs * 2, 60_000);
      options.log.error("containerd cannot be started", { error: messageOf(error), retryMs: waitMs });
    }
  }
}

/** Folders and configuration. State of an earlier boot is dropped: its processes and mounts are gone. */
async function prepare(options: ContainerdOptions): Promise<void> {
  const { paths } = options;
  const { containerd } = paths;
  const bootId = await readFile(BOOT_ID_FILE, "utf8");
  const bootFile = `${containerd.dir}/boot-id`;
  if ((await textOf(bootFile)) !== bootId) {
    await removeShimSockets(paths);
    await rm(containerd.state, { recursive: true, force: true });
    await rm(containerd.temp, { recursive: true, force: true });
  }
  const dirs = [containerd.root, containerd.state, containerd.temp, containerd.certs, dirname(containerd.socket)];
  for (const dir of dirs) await mkdir(dir, { recursive: true, mode: 0o711 });
  await writeFile(bootFile, bootId);
  const config = containerdConfig({
    root: containerd.root,
    state: containerd.state,
    temp: containerd.temp,
    socket: containerd.socket,
    certsDir: containerd.certs,
    optDir: `${containerd.dir}/opt`,
    cniConfDir: paths.cniConfDir,
    cniBinDir: options.cniBinDir,
    snapshotter: options.snapshotter,
    restrictOomScore: options.restrictOomScore,
  });
  await writeFile(containerd.config, config);
}

async function launch(options: ContainerdOptions): Promise<number> {
  const { containerd } = options.paths;
  await rm(containerd.socket, { force: true }); // of one that was killed: else it would seem to be there, refusing
  const log = await open(containerd.log, "w", 0o600);
  try {
    const child = spawn("containerd", ["--config", containerd.config], {
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      env: { ...options.environment, PATH: SYSTEM_PATH, GOGC },
    });
    await new Promise<void>((done, fail) => {
      child.once("spawn", done);
      child.once("error", fail);
    });
    child.unref();
    child.on("error", () => undefined); // after its start only failures to signal it are reported here
    return child.pid ?? 0;
  } catch (cause) {
    const missing = hasCode(cause, "ENOENT");
    throw new OperatingError(
      missing ? "CommandMissing" : "ContainerdFailed",
      missing ? "the program containerd is not installed" : "containerd could not be run",
      { cause },
    );
  } finally {
    await log.close();
  }
}

async function untilAnswering(pid: number, options: ContainerdOptions, signal: AbortSignal): Promise<string> {
  const { containerd } = options.paths;
  const until = performance.now() + (options.timeoutMs ?? START_TIMEOUT_MS);
  for (;;) {
    signal.throwIfAborted();
    try {
      return (await runtimeVersion(containerd.socket, 2_000)).version;
    } catch (error) {
      const dead = (await readProcess("/proc", pid)) === undefined;
      const final = dead || hasCode(error, "RuntimeCallUnknown");
      if (!final && performance.now() < until) {
        await sleep(5, undefined, { signal });
        continue;
      }
      const what = dead ? "ended at once" : final ? "runs without its CRI plugin" : "does not answer";
      throw await startFailure(`containerd (pid ${pid}) ${what}`, containerd.log, error);
    }
  }
}

/** The cause stands in the log: its last complaints are shown, or its last lines. */
async function startFailure(what: string, log: string, cause: unknown): Promise<OperatingError> {
  const lines = ((await textOf(log)) ?? "").trimEnd().split("\n");
  const complaints = lines.filter((line) => /level=(warning|error|fatal)|^containerd:/.test(line));
  const shown = (complaints.length > 0 ? complaints : lines).slice(-5).map((line) => line.slice(0, 500));
  return new OperatingError("ContainerdFailed", `${what}; its log ${log} says:\n${shown.join("\n")}`, { cause });
}
