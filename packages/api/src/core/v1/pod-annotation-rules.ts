import { type FieldError, forbidden, invalid, type Path } from "@skates/apimachinery";
import { checkLocalPath, type Findings } from "../../checks.ts";
import { MIRROR_ANNOTATION } from "./mirror-pod.ts";
import { containersWithPaths } from "./pod-containers.ts";
import type { PodSpec } from "./pod-spec.ts";

type Annotations = Readonly<Record<string, string>>;

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
const APPARMOR = "container.apparmor.security.beta.kubernetes.io/";
const INT32_LIMIT = 2 ** 31;

/** Annotations that mean something, of pods and of templates; `path` is that of the annotations. */
export function podAnnotationFindings(annotations: Annotations | undefined, spec: PodSpec, path: Path): Findings {
  if (annotations === undefined) return NONE;
  const out: FieldError[] = [];
  const keyed = (key: string): Path => [...path, { key }];
  const mirror = annotations[MIRROR_ANNOTATION];
  if (mirror !== undefined && (spec.nodeName ?? "") === "") {
    out.push(invalid(keyed(MIRROR_ANNOTATION), mirror, "must set spec.nodeName if mirror pod annotation is set"));
  }
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isCost(cost)) out.push(invalid(keyed(DELETION_COST), cost, "must be a 32bit integer"));
  for (const [key, value] of Object.entries(annotations)) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER)) out.push(...seccompFindings(value, [...path, key]));
    if (!key.startsWith(APPARMOR)) continue;
    const name = key.slice(APPARMOR.length);
    const known = containersWithPaths(spec, []).some(({ container }) => container.name === name);
    if (!known) out.push(invalid(keyed(key), name, "container not found"));
    if (!isAppArmorProfile(value)) {
      out.push(invalid(keyed(key), value, `invalid AppArmor profile name: ${JSON.stringify(value)}`));
    }
  }
  return out;
}

const NONE: Findings = [];

/** A 32 bit number in its shortest form, without a plus sign. */
function isCost(text: string): boolean {
  if (!/^(0|-\d+|[1-9]\d*)$/.test(text)) return false;
  const cost = Number(text);
  return cost >= -INT32_LIMIT && cost < INT32_LIMIT;
}

function seccompFindings(profile: string, path: Path): Findings {
  if (["runtime/default", "docker/default", "unconfined"].includes(profile)) return NONE;
  if (profile.startsWith("localhost/")) return checkLocalPath(path, profile.slice("localhost/".length));
  return [invalid(path, profile, "must be a valid seccomp profile")];
}

function isAppArmorProfile(profile: string): boolean {
  return ["", "runtime/default", "unconfined"].includes(profile) || profile.startsWith("localhost/");
}

/** What makes a pod the image of a static one, or confines its containers, stays as it was made. */
export function podAnnotationUpdateErrors(next: Annotations = {}, old: Annotations = {}): Findings {
  const out: FieldError[] = [];
  const sorts = (key: string): string | undefined =>
    key.startsWith(APPARMOR) ? "AppArmor annotations" : key === MIRROR_ANNOTATION ? "mirror pod annotation" : undefined;
  for (const [key, value] of Object.entries(old)) {
    const sort = next[key] === value ? undefined : sorts(key);
    if (sort !== undefined) out.push(forbidden(at(key), `may not remove or update ${sort}`));
  }
  for (const key of Object.keys(next)) {
    const sort = old[key] === undefined ? sorts(key) : undefined;
    if (sort !== undefined) out.push(forbidden(at(key), `may not add ${sort}`));
  }
  return out;
}

function at(key: string): Path {
  return ["metadata", "annotations", { key }];
}
