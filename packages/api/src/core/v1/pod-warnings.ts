import type { ObjectMeta } from "@skates/apimachinery";
import { nameWarnings } from "../../name-warnings.ts";
import { containerPortWarnings, containerWarnings } from "./container-warnings.ts";
import { placementWarnings } from "./placement-warnings.ts";
import type { Pod } from "./pod.ts";
import type { PodSpec } from "./pod-spec.ts";
import type { PodTemplateSpec } from "./pod-template.ts";
import { fractionalBytes } from "./resource-rules.ts";
import { volumeWarnings } from "./volume-warnings.ts";

const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  "scheduler.alpha.kubernetes.io/critical-pod": 'non-functional in v1.16+; use the "priorityClassName" field instead',
  "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
  "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
};
const SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const APPARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead';

/** All annotations that are warned of have this in their keys. */
const DATED = /\.(?:alpha|beta)\.kubernetes\.io\//;
const NONE: readonly string[] = [];

/** What a client should change some day, or probably did not mean. Of new pods only: few people write to pods that are there. */
export function podWarnings(next: Pod, old: Pod | undefined): readonly string[] {
  if (old !== undefined) return [];
  const named = nameWarnings(next.metadata.name, "the Pod's hostname");
  return [...named, ...podSpecWarnings(next.spec, next.metadata, "")];
}

/** The same for the pods of a template, when it is new or has changed; `path` is where the template stands. */
export function templateWarnings(
  next: PodTemplateSpec | undefined,
  old: PodTemplateSpec | undefined,
  path = "spec.template",
): readonly string[] {
  return next?.spec === undefined || next === old ? [] : podSpecWarnings(next.spec, next.metadata, `${path}.`);
}

/** An object that makes pods by a template. */
interface Templated {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template?: PodTemplateSpec | undefined };
}

/** Warnings of a template, and of the object's name, which goes into those of the pods. */
export function namedTemplateWarnings(next: Templated, old: Templated | undefined): readonly string[] {
  const named = old === undefined ? nameWarnings(next.metadata.name) : [];
  return [...named, ...templateWarnings(next.spec.template, old?.spec.template)];
}

type Metadata = Pick<ObjectMeta, "annotations">;

function podSpecWarnings(spec: PodSpec, metadata: Metadata | undefined, before: string): readonly string[] {
  const path = `${before}spec`;
  const containers = listedContainers(spec, path);
  const dated = Object.keys(metadata?.annotations ?? {}).some((key) => DATED.test(key));
  return [
    ...placementWarnings(spec, path),
    ...(dated
      ? Object.entries(OLD_ANNOTATIONS).flatMap(([key, text]) => annotated(metadata, { before, key, text }))
      : NONE),
    ...volumeWarnings(spec.volumes ?? [], path),
    ...aliasWarnings(spec, path),
    ...pullSecretWarnings(spec, path),
    ...overheadWarnings(spec, path),
    ...(dated ? profileWarnings(spec, metadata, before) : NONE),
    ...containers.flatMap(({ container, at }) => containerWarnings(container, at)),
    ...containerPortWarnings(containers),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
  ];
}

function listedContainers(spec: PodSpec, path: string) {
  const placed = (list: "initContainers" | "containers") =>
    (spec[list] ?? []).map((container, i) => ({ container, at: `${path}.${list}[${i}]` }));
  return spec.initContainers === undefined
    ? placed("containers")
    : [...placed("initContainers"), ...placed("containers")];
}

function aliasWarnings({ hostAliases }: PodSpec, path: string): readonly string[] {
  if (hostAliases === undefined) return NONE;
  return repeated(
    hostAliases,
    ({ ip }) => ip,
    (i, ip) => `${path}.hostAliases[${i}].ip: duplicate ip "${ip}"`,
  );
}

function overheadWarnings({ overhead }: PodSpec, path: string): readonly string[] {
  if (overhead === undefined) return NONE;
  return (["memory", "ephemeral-storage"] as const).flatMap((name) =>
    fractionalBytes(overhead[name], `${path}.overhead[${name}]`),
  );
}

function annotated(
  metadata: Metadata | undefined,
  { before, key, text }: { readonly before: string; readonly key: string; readonly text: string },
): readonly string[] {
  return metadata?.annotations?.[key] === undefined ? [] : [`${before}metadata.annotations[${key}]: ${text}`];
}

/** Profiles that only an annotation names, in the place of the field. Of pods themselves AppArmor's becomes the field. */
function profileWarnings(spec: PodSpec, metadata: Metadata | undefined, before: string): readonly string[] {
  if (metadata?.annotations === undefined) return [];
  const whole = spec.securityContext;
  const pod = "seccomp.security.alpha.kubernetes.io/pod";
  return [
    ...(whole?.seccompProfile === undefined ? annotated(metadata, { before, key: pod, text: SECCOMP }) : []),
    ...listedContainers(spec, "").flatMap(({ container: { name, securityContext: own } }) => {
      const seccomp = `container.seccomp.security.alpha.kubernetes.io/${name}`;
      const apparmor = `container.apparmor.security.beta.kubernetes.io/${name}`;
      const hasApparmor = whole?.appArmorProfile !== undefined || own?.appArmorProfile !== undefined;
      return [
        ...(own?.seccompProfile === undefined ? annotated(metadata, { before, key: seccomp, text: SECCOMP }) : []),
        ...(before === "" || hasApparmor ? [] : annotated(metadata, { before, key: apparmor, text: APPARMOR })),
      ];
    }),
  ];
}

function pullSecretWarnings(spec: PodSpec, path: string): readonly string[] {
  const secrets = spec.imagePullSecrets;
  if (secrets === undefined) return NONE;
  const at = (i: number): string => `${path}.imagePullSecrets[${i}].name`;
  return [
    ...repeated(
      secrets,
      ({ name = "" }) => name,
      (i, name) => `${at(i)}: duplicate name "${name}"`,
    ),
    ...secrets.flatMap(({ name = "" }, i) => (name === "" ? [`${at(i)}: invalid empty name ""`] : [])),
  ];
}

/** A line for each item whose key an earlier one has. */
function repeated<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  say: (index: number, key: string) => string,
): readonly string[] {
  const known = new Set<string>();
  return items.flatMap((item, i) => {
    const key = keyOf(item);
    if (known.has(key)) return [say(i, key)];
    known.add(key);
    return [];
  });
}
