import type { AppArmorProfile, Pod, SeccompProfile } from "@skates/api/core/v1";
import { type AnyContainer, podContainers } from "../pod/containers.ts";
import type { SecurityProfile } from "../runtime.ts";

/** How a node treats profiles. */
export interface SeccompSettings {
  /** `RuntimeDefault` for containers that ask for nothing, as upstream's `seccompDefault`. */
  readonly byDefault: boolean;
  /** Where the files of profiles lie; their names in pods are relative to it. */
  readonly root: string;
}

const APP_ARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

/**
 * The seccomp profile of a container: its own, else the pod's, else the node's default. Throws where the name of a file is missing or
 * could lead out of the folder of profiles: a pod that asked for a profile never runs without one.
 */
export function seccompOf(pod: Pod, container: AnyContainer, settings: SeccompSettings): SecurityProfile {
  const asked = container.securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile;
  if (asked === undefined) return { type: settings.byDefault ? "RuntimeDefault" : "Unconfined" };
  return seccompProfile(asked, settings.root);
}

function seccompProfile({ type, localhostProfile = "" }: SeccompProfile, root: string): SecurityProfile {
  switch (type) {
    case "RuntimeDefault":
    case "Unconfined":
      return { type };
    case "Localhost": {
      if (localhostProfile === "") throw new Error("localhostProfile must be set if seccompProfile type is Localhost.");
      if (localhostProfile.startsWith("/") || localhostProfile.split("/").includes("..")) {
        throw new Error(`localhostProfile ${JSON.stringify(localhostProfile)} must be a relative path without '..'`);
      }
      return { type, name: `${root}/${localhostProfile}` };
    }
    default:
      throw new Error(`unknown seccomp profile type: ${JSON.stringify(type)}`);
  }
}

/** The AppArmor profile of a container: its own, else that of the old annotation, else the pod's; undefined: the runtime's choice. */
export function appArmorOf(pod: Pod, container: AnyContainer): SecurityProfile | undefined {
  const asked =
    container.securityContext?.appArmorProfile ??
    annotated(pod, container) ??
    pod.spec.securityContext?.appArmorProfile;
  if (asked === undefined) return undefined;
  const { type, localhostProfile = "" } = asked;
  switch (type) {
    case "RuntimeDefault":
    case "Unconfined":
      return { type };
    case "Localhost":
      if (localhostProfile.trim() === "") throw new Error("missing localhost apparmor profile name");
      return { type, name: localhostProfile };
    default:
      throw new Error(`unknown apparmor profile type: ${JSON.stringify(type)}`);
  }
}

/** Annotations of another form mean nothing, as upstream has it. */
function annotated({ metadata }: Pod, { name }: AnyContainer): AppArmorProfile | undefined {
  const value = metadata.annotations?.[`${APP_ARMOR_ANNOTATION}${name}`] ?? "";
  if (value === "runtime/default") return { type: "RuntimeDefault" };
  if (value === "unconfined") return { type: "Unconfined" };
  if (!value.startsWith("localhost/")) return undefined;
  return { type: "Localhost", localhostProfile: value.slice("localhost/".length) };
}

/** Why the AppArmor profiles that a pod asks for cannot be enforced; undefined: they can, or none is asked for. */
export function appArmorRefusal(pod: Pod, enabled: boolean): string | undefined {
  for (const { container } of podContainers(pod)) {
    try {
      const profile = appArmorOf(pod, container);
      if (profile === undefined || profile.type === "Unconfined") continue;
    } catch {
      return `Cannot enforce AppArmor: invalid AppArmor profile of container ${JSON.stringify(container.name)}`;
    }
    if (!enabled) return "Cannot enforce AppArmor: AppArmor is not enabled on the host";
  }
  return undefined;
}
