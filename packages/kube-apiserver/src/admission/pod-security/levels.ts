import { type FieldError, invalid, type Path } from "@skates/apimachinery";

export type Level = "privileged" | "baseline" | "restricted";
/** A minor version of Kubernetes 1, or whatever this version checks. */
export type Version = number | "latest";
export interface LevelVersion {
  readonly level: Level;
  readonly version: Version;
}
/** What a namespace asks of its pods. */
export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

const LEVELS: readonly Level[] = ["privileged", "baseline", "restricted"];
const LABEL = "pod-security.kubernetes.io/";

/** The level; undefined for anything else. */
export function parseLevel(text: string): Level | undefined {
  return LEVELS.find((level) => level === text);
}

/** `latest` or `v1.N`; undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  if (text === "latest") return text;
  const [, minor] = /^v1\.(0|[1-9][0-9]{0,5})$/.exec(text) ?? [];
  return minor === undefined ? undefined : Number(minor);
}

export const LEVEL_RULE = `must be one of ${LEVELS.join(", ")}`;
export const VERSION_RULE = 'must be "latest" or "v1.x"';

/** `restricted:v1.36`. */
export function formatLevelVersion({ level, version }: LevelVersion): string {
  return `${level}:${version === "latest" ? version : `v1.${version}`}`;
}

/** Negative: `a` is the weaker one. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

/** Whether nothing is asked in any way. */
export function isPrivileged({ enforce, audit, warn }: Policy): boolean {
  return [enforce, audit, warn].every(({ level }) => level === "privileged");
}

/** Whether two policies ask the same. */
export function samePolicy(a: Policy, b: Policy): boolean {
  return (["enforce", "audit", "warn"] as const).every((mode) => {
    const same = a[mode].level === b[mode].level;
    return same && (a[mode].level === "privileged" || a[mode].version === b[mode].version);
  });
}

export interface LabelledPolicy {
  /** Always usable: an unreadable enforce level counts as `restricted`, an unreadable audit or warn level as `privileged`. */
  readonly policy: Policy;
  readonly errors: readonly FieldError[];
}

type Labels = Readonly<Record<string, string>> | undefined;

/** The policy that the labels of a namespace ask for, over the cluster's defaults. */
export function policyOf(labels: Labels, defaults: Policy): LabelledPolicy {
  // Most namespaces ask for nothing, and every pod that is created asks here.
  if (!asksForAny(labels)) return { policy: defaults, errors: [] };
  const errors: FieldError[] = [];
  const read = (mode: keyof Policy, unreadable: Level): LevelVersion => {
    const level = labels?.[LABEL + mode];
    const version = labels?.[`${LABEL}${mode}-version`];
    const parsed = level === undefined ? defaults[mode].level : parseLevel(level);
    if (parsed === undefined) errors.push(invalid(labelPath(mode), level, LEVEL_RULE));
    const parsedVersion = version === undefined ? defaults[mode].version : parseVersion(version);
    if (parsedVersion === undefined) errors.push(invalid(labelPath(`${mode}-version`), version, VERSION_RULE));
    return { level: parsed ?? unreadable, version: parsedVersion ?? "latest" };
  };
  const enforce = read("enforce", "restricted");
  const audit = read("audit", "privileged");
  const warn = read("warn", "privileged");
  return { policy: { enforce, audit, warn: impliedWarn(labels, enforce, warn) }, errors };
}

function asksForAny(labels: Labels): boolean {
  for (const name in labels) if (name.startsWith(LABEL)) return true;
  return false;
}

/** Who enforces more than is warned of, and says nothing of warnings, is warned of what is enforced. */
function impliedWarn(labels: Labels, enforce: LevelVersion, warn: LevelVersion): LevelVersion {
  const saysLevel = labels?.[`${LABEL}warn`] !== undefined;
  const enforces = parseLevel(labels?.[`${LABEL}enforce`] ?? "") !== undefined;
  if (saysLevel || !enforces || compareLevels(enforce.level, warn.level) <= 0) return warn;
  const saysVersion = labels?.[`${LABEL}warn-version`] !== undefined;
  return { level: enforce.level, version: saysVersion ? warn.version : enforce.version };
}

/** The modes that labels speak of and that ask something: `enforce=baseline:latest, warn=restricted:v1.30`. */
export function labelledModes(labels: Labels, policy: Policy): string {
  return (["enforce", "audit", "warn"] as const)
    .filter((mode) => {
      const said = labels?.[LABEL + mode] ?? labels?.[`${LABEL}${mode}-version`];
      return said !== undefined && policy[mode].level !== "privileged";
    })
    .map((mode) => `${mode}=${formatLevelVersion(policy[mode])}`)
    .join(", ");
}

function labelPath(key: string): Path {
  return ["metadata", "labels", { key: LABEL + key }];
}
