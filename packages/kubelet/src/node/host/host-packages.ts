/** Something that a node needs from its distribution. */
export type Requirement = "containerd" | "runc" | "cni" | "nftables" | "iptables" | "busybox";

/** The package manager of a distribution. */
export type PackageManager = "apt" | "dnf" | "zypper" | "pacman" | "apk";

const PACKAGES: Readonly<Record<PackageManager, Readonly<Record<Requirement, string>>>> = {
  apt: named({ cni: "containernetworking-plugins" }),
  dnf: named({ cni: "containernetworking-plugins", iptables: "iptables-nft" }),
  zypper: named({ cni: "cni-plugins" }),
  pacman: named({ cni: "cni-plugins", iptables: "iptables-nft" }),
  apk: named({ cni: "cni-plugins" }),
};

const INSTALL: Readonly<Record<PackageManager, readonly [string, ...string[]]>> = {
  apt: ["apt-get", "install", "--yes", "--no-install-recommends"],
  dnf: ["dnf", "install", "-y"],
  zypper: ["zypper", "--non-interactive", "install"],
  pacman: ["pacman", "-S", "--noconfirm"],
  apk: ["apk", "add"],
};

/** The packages that bring what is required, in order and each once. */
export function packagesFor(manager: PackageManager, required: readonly Requirement[]): readonly string[] {
  return [...new Set(required.map((each) => PACKAGES[manager][each]))];
}

/** The command that installs packages without asking. */
export function installCommand(manager: PackageManager, packages: readonly string[]): readonly [string, ...string[]] {
  const [program, ...args] = INSTALL[manager];
  return [program, ...args, ...packages];
}

/** The distribution's package manager, from the text of `/etc/os-release`; undefined where we do not know it. */
export function packageManager(osRelease: string): PackageManager | undefined {
  const value = (key: string): string => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(osRelease)?.[1] ?? "";
  const ids = `${value("ID")} ${value("ID_LIKE")}`.split(" ");
  const families: readonly (readonly [PackageManager, readonly string[]])[] = [
    ["apt", ["debian", "ubuntu"]],
    ["dnf", ["fedora", "rhel", "centos"]],
    ["zypper", ["suse", "opensuse"]],
    ["pacman", ["arch"]],
    ["apk", ["alpine"]],
  ];
  return families.find(([, names]) => names.some((name) => ids.includes(name)))?.[0];
}

function named(other: Partial<Record<Requirement, string>>): Readonly<Record<Requirement, string>> {
  return {
    containerd: "containerd",
    runc: "runc",
    cni: "cni",
    nftables: "nftables",
    iptables: "iptables",
    busybox: "busybox",
    ...other,
  };
}
