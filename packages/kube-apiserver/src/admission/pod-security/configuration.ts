import {
  type ConfigurationKind,
  duplicate,
  type FieldError,
  type Infer,
  invalid,
  isDns1123Label,
  isDns1123Subdomain,
  list,
  opt,
  readConfiguration,
  ref,
  refuseFindings,
  req,
  string,
  struct,
  typeMeta,
} from "@skates/apimachinery";
import { LEVEL_RULE, type LevelVersion, parseLevel, parseVersion, type Policy, VERSION_RULE } from "./levels.ts";

const PodSecurityDefaults = struct("pod-security.admission.config.k8s.io/v1.PodSecurityDefaults", {
  enforce: opt(1, string, "Level that pods must keep.", { default: "privileged" }),
  "enforce-version": opt(2, string, "Version of that level.", { default: "latest" }),
  audit: opt(3, string, "Level whose violations are noted in the audit log.", { default: "privileged" }),
  "audit-version": opt(4, string, "Version of that level.", { default: "latest" }),
  warn: opt(5, string, "Level whose violations authors are warned of.", { default: "privileged" }),
  "warn-version": opt(6, string, "Version of that level.", { default: "latest" }),
});
interface PodSecurityDefaults extends Infer<typeof PodSecurityDefaults> {}
const PodSecurityExemptions = struct("pod-security.admission.config.k8s.io/v1.PodSecurityExemptions", {
  usernames: opt(1, list(string), "Users who may make any pod."),
  namespaces: opt(2, list(string), "Namespaces with any pods."),
  runtimeClasses: opt(3, list(string), "Runtime classes whose pods may be any."),
});
interface PodSecurityExemptions extends Infer<typeof PodSecurityExemptions> {}
const PodSecurityConfiguration = struct("pod-security.admission.config.k8s.io/v1.PodSecurityConfiguration", {
  ...typeMeta,
  defaults: req(
    1,
    ref<PodSecurityDefaults>(() => PodSecurityDefaults),
    "What counts where a namespace has no labels.",
  ),
  exemptions: req(
    2,
    ref<PodSecurityExemptions>(() => PodSecurityExemptions),
    "What is not checked.",
  ),
});
interface PodSecurityConfiguration extends Infer<typeof PodSecurityConfiguration> {}

const KINDS: readonly ConfigurationKind[] = ["v1", "v1beta1", "v1alpha1"].map((version) => ({
  group: "pod-security.admission.config.k8s.io",
  version,
  kind: "PodSecurityConfiguration",
  schema: PodSecurityConfiguration,
}));

/** Settings of the plugin PodSecurity. */
export interface PodSecuritySettings {
  readonly defaults: Policy;
  readonly users: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
  readonly runtimeClasses: ReadonlySet<string>;
}

const ANYTHING: LevelVersion = { level: "privileged", version: "latest" };

/** The settings in a text; undefined: nothing is asked where labels ask nothing. Throws `InvalidConfiguration`. */
export function podSecuritySettings(text: string | undefined): PodSecuritySettings {
  if (text === undefined || text.trim() === "") {
    const none: ReadonlySet<string> = new Set();
    const defaults = { enforce: ANYTHING, audit: ANYTHING, warn: ANYTHING };
    return { defaults, users: none, namespaces: none, runtimeClasses: none };
  }
  const { defaults, exemptions } = readConfiguration<PodSecurityConfiguration>(text, KINDS);
  const { usernames = [], namespaces = [], runtimeClasses = [] } = exemptions;
  const findings: FieldError[] = [];
  const policy = readPolicy(defaults, findings);
  findings.push(
    ...listFindings("namespaces", namespaces, (name) => (isDns1123Label(name) ? undefined : LABEL_RULE)),
    ...listFindings("runtimeClasses", runtimeClasses, (name) => (isDns1123Subdomain(name) ? undefined : NAME_RULE)),
    ...listFindings("usernames", usernames, (name) => (name === "" ? "username must not be empty" : undefined)),
  );
  refuseFindings(findings);
  return {
    defaults: policy,
    users: new Set(usernames),
    namespaces: new Set(namespaces),
    runtimeClasses: new Set(runtimeClasses),
  };
}

const LABEL_RULE = "must be the name of a namespace";
const NAME_RULE = "must be the name of a runtime class";

function readPolicy(defaults: PodSecurityDefaults, findings: FieldError[]): Policy {
  const read = (mode: keyof Policy): LevelVersion => {
    const level = parseLevel(defaults[mode] ?? "");
    if (level === undefined) findings.push(invalid(["defaults", mode], defaults[mode], LEVEL_RULE));
    const key = `${mode}-version` as const;
    const version = parseVersion(defaults[key] ?? "");
    if (version === undefined) findings.push(invalid(["defaults", key], defaults[key], VERSION_RULE));
    return { level: level ?? "restricted", version: version ?? "latest" };
  };
  return { enforce: read("enforce"), warn: read("warn"), audit: read("audit") };
}

function listFindings(
  field: string,
  names: readonly string[],
  wrong: (name: string) => string | undefined,
): readonly FieldError[] {
  return names.flatMap((name, i) => {
    const path = ["exemptions", field, i];
    const problem = wrong(name);
    if (problem !== undefined) return [invalid(path, name, problem)];
    return names.indexOf(name) < i ? [duplicate(path, name)] : [];
  });
}
