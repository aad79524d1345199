// The texts that a node writes (containerd's configuration, the CNI list, nftables rules) and where they go.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cniConfList, parseDefaultRoute } from "./cni.ts";
import { containerdConfig } from "./containerd-config.ts";
import { nodePaths } from "./node-paths.ts";
import { masqueradeRules, parseTables } from "./pod-masquerade.ts";

const dir = mkdtempSync(join(tmpdir(), "skates-paths-"));
afterAll(() => rmSync(dir, { recursive: true }));

describe("nodePaths", () => {
  it("uses upstream's host paths for the default data directory only", () => {
    expect(nodePaths("/var/lib/skates")).toMatchObject({
      standard: true,
      kubeletDir: "/var/lib/kubelet",
      podLogsDir: "/var/log/pods",
      containerLogsDir: "/var/log/containers",
      cniConfDir: "/etc/cni/net.d",
      cgroupRoot: "kubepods",
    });
    const other = nodePaths("/srv/b");
    expect(other.cgroupRoot).toBe(`kubepods-${other.id}`);
    const { kubeletDir, podLogsDir, containerLogsDir, cniConfDir, cniStateDir, containerd } = other;
    for (const path of [kubeletDir, podLogsDir, containerLogsDir, cniConfDir, cniStateDir, containerd.socket]) {
      expect(path.startsWith("/srv/b/")).toBe(true);
    }
  });

  it("gives one directory one id, by whichever name", () => {
    mkdirSync(join(dir, "real"));
    symlinkSync(join(dir, "real"), join(dir, "link"));
    expect(nodePaths(join(dir, "link")).id).toBe(nodePaths(join(dir, "real")).id);
    expect(nodePaths(join(dir, "link", "new")).id).toBe(nodePaths(join(dir, "real", "new")).id);
    expect(nodePaths(join(dir, "real")).id).toMatch(/^[0-9a-f]{8}$/);
    expect(nodePaths(join(dir, "other")).id).not.toBe(nodePaths(join(dir, "real")).id);
  });

  it.each([73, 74, 75, 200])("keeps the path of the socket within 107 bytes (data directory of %i)", (length) => {
    const { containerd } = nodePaths(`/${"d".repeat(length - 1)}`);
    expect(Buffer.byteLength(`${containerd.socket}.ttrpc`)).toBeLessThanOrEqual(107);
    expect(containerd.shortDir === undefined).toBe(length <= 74);
  });
});

describe("containerdConfig", () => {
  it("stays within its own paths and says what the host needs", () => {
    const config = containerdConfig({
      root: "/d/root",
      state: '/d/st"ate',
      temp: "/d/tmp",
      socket: "/d/containerd.sock",
      certsDir: "/d/certs.d",
      optDir: "/d/opt",
      cniConfDir: "/d/net.d",
      cniBinDir: "/usr/lib/cni",
      snapshotter: "native",
      restrictOomScore: true,
    });
    expect(config).toMatchInlineSnapshot(`
      "version = 2
      root = "/d/root"
      state = "/d/st\\"ate"
      temp = "/d/tmp"
      disabled_plugins = ["io.containerd.internal.v1.restart","io.containerd.internal.v1.tracing","io.containerd.snapshotter.v1.aufs","io.containerd.snapshotter.v1.blockfile","io.containerd.snapshotter.v1.btrfs","io.containerd.snapshotter.v1.devmapper","io.containerd.snapshotter.v1.zfs","io.containerd.tracing.processor.v1.otlp"]

      [debug]
      level = "warn"

      [grpc]
      address = "/d/containerd.sock"

      [ttrpc]
      address = "/d/containerd.sock.ttrpc"

      [plugins."io.containerd.internal.v1.opt"]
      path = "/d/opt"

      [plugins."io.containerd.grpc.v1.cri"]
      sandbox_image = "skates.local/pause:1"
      restrict_oom_score_adj = true
      netns_mounts_under_state_dir = true
      disable_tcp_service = true
      stream_server_address = "127.0.0.1"
      stream_server_port = "0"
      stream_idle_timeout = "4h"
      tolerate_missing_hugetlb_controller = true

      [plugins."io.containerd.grpc.v1.cri".cni]
      bin_dir = "/usr/lib/cni"
      conf_dir = "/d/net.d"

      [plugins."io.containerd.grpc.v1.cri".registry]
      config_path = "/d/certs.d"

      [plugins."io.containerd.grpc.v1.cri".containerd]
      snapshotter = "native"
      default_runtime_name = "runc"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "/d/st\\"ate/runc"
      "
    `);
  });
});

describe("cniConfList", () => {
  const paths = { id: "0a1b2c3d", cniStateDir: "/d/addresses" };
  it("connects pods by ptp, with host ports where the host has iptables", () => {
    const list: unknown = JSON.parse(cniConfList(paths, { podCidr: "10.244.3.0/24", mtu: 1400, hostPorts: true }));
    expect(list).toEqual({
      cniVersion: "1.0.0",
      name: "skates-0a1b2c3d",
      plugins: [
        {
          type: "ptp",
          ipMasq: false,
          mtu: 1400,
          ipam: {
            type: "host-local",
            dataDir: "/d/addresses",
            ranges: [[{ subnet: "10.244.3.0/24" }]],
            routes: [{ dst: "0.0.0.0/0" }],
          },
        },
        { type: "portmap", snat: true, capabilities: { portMappings: true } },
      ],
    });
  });

  it("leaves out what is not known or not there", () => {
    const list = cniConfList(paths, { podCidr: "10.244.3.0/24", hostPorts: false });
    expect(list).not.toMatch(/mtu|portmap/);
  });
});

describe("parseDefaultRoute", () => {
  const head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";
  const row = (device: string, to: string, metric: number, mask: string): string =>
    `${device}\t${to}\t010200C0\t0003\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;

  it("takes the default route with the least metric", () => {
    const rows = [row("wlan0", "00000000", 600, "00000000"), row("eth0", "00000000", 100, "00000000")];
    expect(parseDefaultRoute(head + rows.join(""))).toBe("eth0");
  });

  it("finds none where there is none", () => {
    expect(parseDefaultRoute(head + row("eth0", "000200C0", 0, "00FFFFFF"))).toBeUndefined();
  });
});

describe("pod masquerade", () => {
  it("replaces its table in one transaction", () => {
    const rules = masqueradeRules("0a1b2c3d", { podCidr: "10.244.3.0/24", clusterCidr: "10.244.0.0/16" });
    expect(rules.split("\n").slice(0, 3)).toEqual([
      "table ip skates_0a1b2c3d_pods",
      "delete table ip skates_0a1b2c3d_pods",
      "table ip skates_0a1b2c3d_pods {",
    ]);
    expect(rules).toContain("ip saddr 10.244.3.0/24 ip daddr != { 10.244.0.0/16, 224.0.0.0/4 } masquerade");
  });

  it("reads the list of tables", () => {
    expect(parseTables("table ip nat\ntable inet skates_1_x\n# note\n")).toEqual(["ip nat", "inet skates_1_x"]);
  });
});
