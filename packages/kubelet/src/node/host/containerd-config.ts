import { PAUSE_IMAGE } from "./pause-image.ts";

/** What the configuration of our containerd depends on. Paths are absolute. */
export interface ContainerdSettings {
  readonly root: string;
  readonly state: string;
  readonly temp: string;
  readonly socket: string;
  readonly certsDir: string;
  readonly optDir: string;
  readonly cniConfDir: string;
  readonly cniBinDir: string;
  readonly snapshotter: "overlayfs" | "native";
  /** For hosts without CAP_SYS_RESOURCE, where a container's OOM score cannot be lowered. */
  readonly restrictOomScore: boolean;
}

/**
 * Plugins that only cost time and memory here, or that would look for kernel modules: other snapshotters, the restart
 * monitor (restarting is the kubelet's work), tracing. (The first generation of shims, `runtime.v1.linux`, must stay: the
 * service for tasks of 1.6 does not start without it.)
 */
const DISABLED_PLUGINS = [
  "io.containerd.internal.v1.restart",
  "io.containerd.internal.v1.tracing",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp",
] as const;

type Value = string | number | boolean | readonly string[];

/** The `config.toml` (version 2, read by containerd 1.5 to 2.x) of a containerd that touches nothing outside its own paths. */
export function containerdConfig(settings: ContainerdSettings): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  const runc = `${cri}.containerd.runtimes.runc`;
  return [
    ...table(undefined, {
      version: 2,
      root: settings.root,
      state: settings.state,
      temp: settings.temp,
      disabled_plugins: DISABLED_PLUGINS,
      // The kernel should take containers before what restarts them; lowering a score needs CAP_SYS_RESOURCE.
      ...(settings.restrictOomScore ? {} : { oom_score: -999 }),
    }),
    // Lines about every container would fill the disk in time, and write to it while nothing happens.
    ...table("debug", { level: "warn" }),
    ...table("grpc", { address: settings.socket }),
    ...table("ttrpc", { address: `${settings.socket}.ttrpc` }),
    ...table('plugins."io.containerd.internal.v1.opt"', { path: settings.optDir }),
    ...table(cri, {
      sandbox_image: PAUSE_IMAGE,
      restrict_oom_score_adj: settings.restrictOomScore,
      // Network namespaces below our own state tell whose they are.
      netns_mounts_under_state_dir: true,
      disable_tcp_service: true,
      stream_server_address: "127.0.0.1",
      stream_server_port: "0",
      // exec, attach and port-forward without a byte for so long end: the default of upstream's kubelet.
      stream_idle_timeout: "4h",
      tolerate_missing_hugetlb_controller: true,
    }),
    ...table(`${cri}.cni`, { bin_dir: settings.cniBinDir, conf_dir: settings.cniConfDir }),
    ...table(`${cri}.registry`, { config_path: settings.certsDir }),
    ...table(`${cri}.containerd`, { snapshotter: settings.snapshotter, default_runtime_name: "runc" }),
    ...table(runc, { runtime_type: "io.containerd.runc.v2" }),
    ...table(`${runc}.options`, { SystemdCgroup: false, Root: `${settings.state}/runc` }),
  ].join("\n");
}

function table(name: string | undefined, values: Readonly<Record<string, Value>>): readonly string[] {
  const head = name === undefined ? [] : [`[${name}]`];
  return [...head, ...Object.entries(values).map(([key, value]) => `${key} = ${toml(value)}`), ""];
}

/** JSON's strings, numbers, booleans and lists of strings are also TOML's, but for the character DEL. */
function toml(value: Value): string {
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}
