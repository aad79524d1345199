import { duplicate, type FieldError, invalid, type Path, required } from "@skates/apimachinery";
import { checkId, checkLocalPath, type Findings } from "../../checks.ts";
import type { AppArmorProfile, PodSecurityContext, SeccompProfile, SecurityContext } from "./security-context.ts";

const SYSCTL = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SYSCTL_LENGTH_MAX = 253;
const sysctlPattern = new RegExp(`^${SYSCTL}$`);
const APP_ARMOR_LENGTH_MAX = 4095;

/** Ids in range, and sysctls with proper names, each once. */
export function podSecurityContextRules(context: PodSecurityContext, _old: unknown, path: Path): Findings {
  return [
    ...checkId([...path, "fsGroup"], context.fsGroup),
    ...checkId([...path, "runAsUser"], context.runAsUser),
    ...checkId([...path, "runAsGroup"], context.runAsGroup),
    ...(context.supplementalGroups ?? []).flatMap((id, index) => checkId([...path, "supplementalGroups", index], id)),
    ...sysctlFindings(context.sysctls ?? [], [...path, "sysctls"]),
  ];
}

function sysctlFindings(sysctls: readonly { readonly name: string }[], path: Path): Findings {
  const seen = new Set<string>();
  return sysctls.flatMap(({ name }, index): readonly FieldError[] => {
    const at = [...path, index, "name"];
    if (name === "") return [];
    if (name.length > SYSCTL_LENGTH_MAX || !sysctlPattern.test(name)) {
      return [invalid(at, name, `must have at most ${SYSCTL_LENGTH_MAX} characters and match regex ^${SYSCTL}$`)];
    }
    if (seen.has(name)) return [duplicate(at, name)];
    seen.add(name);
    return [];
  });
}

/** Ids in range, and no promise that privilege breaks. */
export function securityContextRules(context: SecurityContext, _old: unknown, path: Path): Findings {
  const out: FieldError[] = [
    ...checkId([...path, "runAsUser"], context.runAsUser),
    ...checkId([...path, "runAsGroup"], context.runAsGroup),
  ];
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true) {
      out.push(invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
    }
    if (context.capabilities?.add?.includes("CAP_SYS_ADMIN") === true) {
      out.push(
        invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"),
      );
    }
  }
  return out;
}

/** A profile from the node's disk is named, and no other. */
export function seccompProfileRules(profile: SeccompProfile, _old: unknown, path: Path): Findings {
  const at = [...path, "localhostProfile"];
  const { localhostProfile } = profile;
  if (profile.type !== "Localhost") {
    return localhostProfile === undefined
      ? []
      : [invalid(at, profile, "can only be set when seccomp type is Localhost")];
  }
  if (localhostProfile === undefined) return [required(at, "must be set when seccomp type is Localhost")];
  return checkLocalPath(at, localhostProfile);
}

/** As for seccomp, by the name of a loaded profile. */
export function appArmorProfileRules(profile: AppArmorProfile, _old: unknown, path: Path): Findings {
  const at = [...path, "localhostProfile"];
  const { localhostProfile } = profile;
  if (profile.type !== "Localhost") {
    if (localhostProfile === undefined) return [];
    return [invalid(at, localhostProfile, "can only be set when AppArmor type is Localhost")];
  }
  const name = localhostProfile?.trim() ?? "";
  if (name !== (localhostProfile ?? "")) return [invalid(at, localhostProfile, "must not be padded with whitespace")];
  if (name === "") return [required(at, "must be set when AppArmor type is Localhost")];
  if (name.length <= APP_ARMOR_LENGTH_MAX) return [];
  return [{ path: at, reason: "TooLong", detail: `may not be more than ${APP_ARMOR_LENGTH_MAX} bytes`, value: name }];
}
