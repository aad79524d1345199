import type { Pod } from "@skates/api/core/v1";
import type { Waiting } from "../plan/plan-pod.ts";
import { type AnyContainer, podContainers } from "../pod/containers.ts";
import type { RuntimeFeatures } from "../runtime.ts";

/** What a runtime says of itself. */
export interface RuntimeAbilities {
  /** `containerd://1.6.20`. */
  readonly version: string;
  readonly features: RuntimeFeatures;
}

/** Whether a pod asks for something that some runtimes would leave out without a word; the runtime is asked only then. */
export function asksForFeatures(pod: Pod): boolean {
  const { hostUsers, securityContext, volumes = [] } = pod.spec;
  if (hostUsers === false || securityContext?.supplementalGroupsPolicy === "Strict") return true;
  return (
    volumes.some((v) => v.image !== undefined) || podContainers(pod).some(({ container }) => asksForMounts(container))
  );
}

/** Whether a container asks for read-only mounts with all that is mounted below them. */
export function asksForMounts(container: AnyContainer): boolean {
  return (container.volumeMounts ?? []).some(
    (m) => m.recursiveReadOnly === "Enabled" || m.recursiveReadOnly === "IfPossible",
  );
}

/** Why a pod can never run here, in upstream's words; undefined: it may. */
export function strictGroupsRefusal(pod: Pod, { version, features }: RuntimeAbilities): Waiting | undefined {
  if (pod.spec.securityContext?.supplementalGroupsPolicy !== "Strict" || features.supplementalGroupsPolicy)
    return undefined;
  return {
    reason: "SupplementalGroupsPolicyNotSupported",
    message: `SupplementalGroupsPolicy=Strict is not supported in this node${needs(version, "containerd 2.0 or CRI-O 1.31")}`,
  };
}

/** Why no sandbox can be made for a pod, in upstream's words; undefined: nothing of the kind is asked for. */
export function unsupported(pod: Pod, runtime: RuntimeAbilities | undefined, handler = ""): string | undefined {
  const { hostUsers, volumes = [] } = pod.spec;
  const version = runtime?.version ?? "";
  if (hostUsers === false && runtime?.features.handlers.get(handler)?.userNamespaces !== true) {
    const who = handler === "" ? "runtime" : `RuntimeClass handler ${JSON.stringify(handler)}`;
    return `can't set \`spec.hostUsers: false\`, ${who} does not support user namespaces${needs(version, "containerd 2.0 or CRI-O 1.25")}`;
  }
  const image = volumes.find((v) => v.image !== undefined);
  if (image === undefined || mountsImages(version)) return undefined;
  return `volume ${JSON.stringify(image.name)} is an image, which the runtime cannot mount${needs(version, "containerd 2.1 or CRI-O 1.31")}`;
}

/** Throws unless the runtime understands names of devices (CDI): others would leave them out without a word. */
export function refuseCdi({ version }: RuntimeAbilities): void {
  if (isAtLeast(version, { containerd: [2, 0], "cri-o": [1, 28] })) return;
  throw new Error(
    `devices have CDI names, which the runtime does not know${needs(version, "containerd 2.0 or CRI-O 1.28")}`,
  );
}

/** Whether read-only mounts of this container are to be so with all that is below them. Throws with upstream's text if they cannot. */
export function recursiveReadOnly(container: AnyContainer, runtime: RuntimeAbilities, handler: string): boolean {
  if (runtime.features.handlers.get(handler)?.recursiveReadOnlyMounts === true) return true;
  const mount = (container.volumeMounts ?? []).find((m) => m.recursiveReadOnly === "Enabled");
  if (mount === undefined) return false;
  throw new Error(
    `failed to resolve recursive read-only mode: volume ${JSON.stringify(mount.name)} requested recursive read-only mode, but it is not supported by the runtime${needs(runtime.version, "containerd 2.0 or CRI-O 1.30, and Linux 5.12")}`,
  );
}

function needs(version: string, wanted: string): string {
  return ` (needs ${wanted}; this is ${version})`;
}

/** CRI has no word for it, so that only the version tells. */
function mountsImages(version: string): boolean {
  return isAtLeast(version, { containerd: [2, 1], "cri-o": [1, 31] });
}

/** `least`: by the runtime's name; others are not. */
function isAtLeast(version: string, least: Readonly<Record<string, readonly [major: number, minor: number]>>): boolean {
  const [, name = "", major = "0", minor = "0"] = /^([\w-]+):\/\/v?(\d+)\.(\d+)/.exec(version) ?? [];
  const [leastMajor, leastMinor] = least[name] ?? [Infinity, 0];
  return Number(major) > leastMajor || (Number(major) === leastMajor && Number(minor) >= leastMinor);
}
