/**
 * A second machine on this one: a network namespace with a link to the host, and a mount namespace in which its container runtime keeps
 * its mounts to itself. What runs there has the host's files, and reaches the host under the host's own address.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ran, run, type RunOptions } from "./skates.ts";

export interface SecondMachine extends AsyncDisposable {
  readonly address: string;
  /** Runs a program there to its end. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Ran>;
}

const HOST_SIDE = "198.18.77.1";
const ADDRESS = "198.18.77.2";
/** Mounts that a machine needs of its own: `/sys` shows interfaces of the namespace that mounts it, and hides the cgroups. */
const SURROUNDINGS = [
  "set -e",
  "cgroups=$(mktemp -d)",
  "mount --rbind /sys/fs/cgroup $cgroups",
  "mount -t sysfs sysfs /sys",
  "mount --rbind $cgroups /sys/fs/cgroup",
  "echo ready",
  "exec sleep infinity",
].join("\n");

/** What keeps this machine from being two; undefined: nothing. */
export async function secondMachineHindrance(): Promise<string | undefined> {
  const name = `sk-probe-${process.pid}`;
  try {
    await host("ip", "netns", "add", name);
    await host("nsenter", `--net=/run/netns/${name}`, "unshare", "--mount", "mount", "-t", "sysfs", "sysfs", "/sys");
    return undefined;
  } catch (error) {
    return `no second machine here: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await run("ip", ["netns", "delete", name]).catch(() => undefined); // told above when it could not be made
  }
}

/** Makes it; disposing of it ends what runs in it. `hostAddress`: under which the API is reached. */
export async function secondMachine(hostAddress: string): Promise<SecondMachine> {
  const name = `sk-second-${process.pid}`;
  const link = `sk2-${process.pid}`;
  await host("ip", "netns", "add", name);
  let holder: ChildProcess | undefined;
  const dispose = async (): Promise<void> => {
    holder?.kill("SIGKILL");
    await run("ip", ["link", "delete", link]);
    await run("ip", ["netns", "delete", name]);
  };
  const inside = (...args: readonly string[]): Promise<void> => host("ip", "-n", name, ...args);
  try {
    await host("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
    await host("ip", "address", "add", `${HOST_SIDE}/24`, "dev", link);
    await host("ip", "link", "set", link, "up");
    await inside("link", "set", "lo", "up");
    await inside("address", "add", `${ADDRESS}/24`, "dev", "eth0");
    await inside("link", "set", "eth0", "up");
    // As on one switch: the host answers for its address on this link too.
    await inside("route", "add", hostAddress, "dev", "eth0");
    await inside("route", "add", "default", "via", HOST_SIDE);
    holder = spawn("nsenter", [`--net=/run/netns/${name}`, "unshare", "--mount", "sh", "-c", SURROUNDINGS], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { pid } = holder;
    await untilReady(holder);
    const enter = [`--target=${pid}`, "--mount", "--net", "--wdns=/"];
    return {
      address: ADDRESS,
      run: (program, args, options) => run("nsenter", [...enter, program, ...args], options),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** The address of this machine that its node has: on the interface of the default route. */
export async function addressOfHost(): Promise<string> {
  const { stdout } = await run("ip", ["-4", "-j", "route", "show", "default"]);
  const [route] = JSON.parse(stdout) as readonly { readonly dev: string }[];
  const found = networkInterfaces()[route?.dev ?? ""]?.find(({ family }) => family === "IPv4");
  if (found === undefined) throw new Error("this machine has no default route");
  return found.address;
}

async function host(program: string, ...args: readonly string[]): Promise<void> {
  const ran = await run(program, args);
  if (ran.code !== 0) throw new Error(`${program} ${args.join(" ")}: ${ran.stderr.trim()}`);
}

async function untilReady(holder: ChildProcess): Promise<void> {
  let said = "";
  holder.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  for (let tries = 0; !said.includes("ready"); tries++) {
    if (holder.exitCode !== null || tries > 100) throw new Error("the second machine's mounts could not be made");
    await sleep(50);
  }
}
