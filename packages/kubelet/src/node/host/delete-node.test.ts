// What of a host's processes, cgroups, routes and rules belongs to one node. Texts were recorded on a Debian 12 machine.
import { describe, expect, it } from "vitest";
import { emptyNatTable, hostPortRemoval, parseRoutes } from "./delete-network.ts";
import { isShim, parseRuncCgroups } from "./delete-node.ts";

describe("isShim", () => {
  const args = (address: string): readonly string[] => [
    "/usr/bin/containerd-shim-runc-v2",
    "-namespace",
    "k8s.io",
    "-id",
    "1",
    "-address",
    address,
  ];
  it("knows ours by the socket", () => {
    expect(isShim(args("/d/containerd.sock"), "/d/containerd.sock")).toBe(true);
    expect(isShim(args("/e/containerd.sock"), "/d/containerd.sock")).toBe(false);
    expect(isShim(["grep", "-address", "/d/containerd.sock"], "/d/containerd.sock")).toBe(false);
  });
});

describe("parseRuncCgroups", () => {
  const dirs = ["/sys/fs/cgroup", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/systemd"];
  it("takes the hierarchies' folders off", () => {
    const paths = {
      cpu: "/sys/fs/cgroup/cpu/kubepods/podx/c",
      "name=systemd": "/sys/fs/cgroup/systemd/kubepods/podx/c",
    };
    expect(parseRuncCgroups(JSON.stringify({ cgroup_paths: paths }), dirs)).toEqual(["kubepods/podx/c"]);
    expect(parseRuncCgroups(JSON.stringify({ cgroup_paths: { "": "/sys/fs/cgroup/a/b" } }), dirs)).toEqual(["a/b"]);
  });

  it("finds nothing in what is no state", () => {
    for (const text of ["", "{", "null", "{}", '{"cgroup_paths":[1]}', '{"cgroup_paths":{"cpu":"/elsewhere"}}']) {
      expect(parseRuncCgroups(text, dirs)).toEqual([]);
    }
  });
});

describe("parseRoutes", () => {
  it("reads addresses backwards", () => {
    const text = "Iface\tDestination\tGateway\nveth1\t0200F40A\t00000000\neth0\t00000000\t010200C0\n";
    expect(parseRoutes(text)).toEqual([
      { to: "10.244.0.2", device: "veth1" },
      { to: "0.0.0.0", device: "eth0" },
    ]);
  });
});

const pod = (id: string, chain: string): string =>
  `-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"skates-${id}\\" id: \\"c1\\"" -m multiport --dports 80 -j ${chain}`;
const saved = (chains: readonly string[], rules: readonly string[]): string =>
  [
    "*nat",
    ":PREROUTING ACCEPT [0:0]",
    ":CNI-HOSTPORT-DNAT - [0:0]",
    ":CNI-HOSTPORT-SETMARK - [0:0]",
    ...chains.map((name) => `:${name} - [0:0]`),
    "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
    "-A CNI-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000",
    ...rules,
    "COMMIT",
    "",
  ].join("\n");

describe("hostPortRemoval", () => {
  it("leaves another cluster's rules and the shared chains", () => {
    const text = saved(["CNI-DN-a", "CNI-DN-b"], [pod("aaaaaaaa", "CNI-DN-a"), pod("bbbbbbbb", "CNI-DN-b")]);
    expect(hostPortRemoval(text, "aaaaaaaa")).toBe(
      ["*nat", pod("aaaaaaaa", "CNI-DN-a").replace("-A", "-D"), "-F CNI-DN-a", "-X CNI-DN-a", "COMMIT", ""].join("\n"),
    );
    expect(hostPortRemoval(text, "cccccccc")).toBeUndefined();
  });

  it("removes the shared chains with the last rule", () => {
    expect(hostPortRemoval(saved(["CNI-DN-a"], [pod("aaaaaaaa", "CNI-DN-a")]), "aaaaaaaa")?.split("\n")).toEqual([
      "*nat",
      pod("aaaaaaaa", "CNI-DN-a").replace("-A", "-D"),
      "-D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT",
      ...["CNI-DN-a", "CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-SETMARK"].map((name) => `-F ${name}`),
      ...["CNI-DN-a", "CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-SETMARK"].map((name) => `-X ${name}`),
      "COMMIT",
      "",
    ]);
  });

  it("has nothing to do where the plugin never ran", () => {
    expect(hostPortRemoval("*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n", "aaaaaaaa")).toBeUndefined();
  });
});

describe("emptyNatTable", () => {
  const table = (...entries: readonly object[]): string =>
    JSON.stringify({ nftables: [{ metainfo: {} }, { table: { family: "ip", name: "nat" } }, ...entries] });
  const chain = (name: string, policy: string): object => ({ chain: { name, type: "nat", policy } });
  it.each<[string, boolean]>([
    [table(), true],
    [table(chain("PREROUTING", "accept"), chain("POSTROUTING", "accept")), true],
    [table(chain("PREROUTING", "drop")), false],
    [table(chain("prerouting", "accept")), false],
    [table(chain("PREROUTING", "accept"), { rule: { chain: "PREROUTING" } }), false],
    [table({ set: { name: "s" } }), false],
    ["{}", false],
  ])("%s: %s", (json, empty) => expect(emptyNatTable(json)).toBe(empty));
});
