import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "@skates/component-base";
import { tryCommand } from "./run-command.ts";

/** What the kernel was found to do, each by doing it once in namespaces of its own. */
export interface KernelFeatures {
  readonly overlayfs: boolean;
  /** Sets, maps, NAT and connection tracking, as the service proxy needs them. */
  readonly nftables: boolean;
  /** Pairs of virtual interfaces. Unknown (undefined) on hosts without the program `ip`. */
  readonly veth: boolean | undefined;
}

/** A table with everything in it that our rules use. */
const NFT_SAMPLE = `table ip skates_probe {
  map services { type ipv4_addr . inet_proto . inet_service : verdict; }
  chain service { numgen random mod 1 vmap { 0 : goto endpoint }; }
  chain endpoint { meta l4proto tcp dnat to 192.0.2.1:80; }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr . meta l4proto . th dport vmap @services
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ct mark & 0x1 == 0x1 masquerade fully-random
  }
}
`;

/** Tries the features; needs root, and answers "no" to everything without. `dir` need not exist yet. */
export async function probeKernel(dir: string, signal: AbortSignal): Promise<KernelFeatures> {
  const alone = async (flag: string, command: readonly string[], input?: string): Promise<boolean | undefined> => {
    try {
      const options = input === undefined ? {} : { input: Buffer.from(input) };
      return (await tryCommand(["unshare", flag, ...command], options, signal)).code === 0;
    } catch (error) {
      if (hasCode(error, "CommandMissing")) return undefined;
      throw error;
    }
  };
  const [overlayfs, nftables, veth] = await Promise.all([
    probeOverlay(dir, (command) => alone("--mount", command)),
    alone("--net", ["nft", "-f", "-"], NFT_SAMPLE),
    alone("--net", ["ip", "link", "add", "probe0", "type", "veth", "peer", "name", "probe1"]),
  ]);
  return { overlayfs, nftables: nftables ?? false, veth };
}

/** Overlay mounts depend on the file system that they lie on, so the mount is tried in the very place. */
async function probeOverlay(
  dir: string,
  run: (command: readonly string[]) => Promise<boolean | undefined>,
): Promise<boolean> {
  let place = dir;
  while (!existsSync(place)) place = dirname(place);
  let probe: string;
  try {
    probe = await mkdtemp(join(place, ".skates-probe-"));
  } catch (error) {
    if (hasCode(error, "EACCES") || hasCode(error, "EROFS") || hasCode(error, "EPERM")) return false;
    throw error;
  }
  try {
    for (const name of ["lower", "upper", "work", "merged"]) await mkdir(join(probe, name));
    const options = `lowerdir=${probe}/lower,upperdir=${probe}/upper,workdir=${probe}/work`;
    return (await run(["mount", "-t", "overlay", "overlay", "-o", options, join(probe, "merged")])) ?? false;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}
