import { type FieldError, forbidden, invalid, notSupported, type Path, required, tooMany } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import type { Container, ContainerRestartRule } from "./container.ts";
import { containersWithPaths } from "./pod-containers.ts";
import { isSidecar } from "./pod-resources.ts";
import type { PodSpec } from "./pod-spec.ts";

const POLICIES = ["Always", "Never", "OnFailure"];
const ACTIONS = ["Restart", "RestartAllContainers"];
const OPERATORS = ["In", "NotIn"];
const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;
const WINDOWS_SIGNALS = ["SIGKILL", "SIGTERM"];

/** When a container is started again on its own terms: a known policy, and rules only beside one. */
export function containerRestartFindings(container: Container, path: Path): Findings {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  if (restartPolicy === undefined && rules.length === 0) return NONE;
  const at = [...path, "restartPolicy"];
  const list = [...path, "restartPolicyRules"];
  const out: FieldError[] = [];
  if (restartPolicy === undefined) out.push(required(at, "must specify restartPolicy when restart rules are used"));
  else if (!POLICIES.includes(restartPolicy)) out.push(notSupported(at, restartPolicy, POLICIES));
  if (rules.length > RULES_MAX) out.push(tooMany(list, rules.length, RULES_MAX));
  return [...out, ...rules.flatMap((rule, index) => ruleFindings(rule, [...list, index]))];
}

const NONE: Findings = [];

function ruleFindings({ action, exitCodes }: ContainerRestartRule, path: Path): Findings {
  const at = [...path, "exitCodes"];
  const out: FieldError[] = [];
  if (action !== "" && !ACTIONS.includes(action)) out.push(notSupported([...path, "action"], action, ACTIONS));
  if (exitCodes === undefined) return [...out, required(at, "must be specified")];
  const { operator, values = [] } = exitCodes;
  if (operator !== "" && !OPERATORS.includes(operator)) {
    out.push(notSupported([...at, "operator"], operator, OPERATORS));
  }
  if (values.length > EXIT_CODES_MAX) out.push(tooMany([...at, "values"], values.length, EXIT_CODES_MAX));
  return out;
}

/** A resize restarts nothing where nothing is restarted: in pods that end with their containers, and in init containers. */
export function resizeRestartFindings(spec: PodSpec, path: Path): Findings {
  const never = spec.restartPolicy === "Never";
  const placed = containersWithPaths(spec, path).filter(({ container }) => container.resizePolicy !== undefined);
  const wrong = placed.flatMap(({ container, at }) =>
    (container.resizePolicy ?? []).flatMap(({ restartPolicy }) => {
      if (!never || restartPolicy === "NotRequired" || restartPolicy === "") return [];
      const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
      return [invalid([...at, "resizePolicy"], restartPolicy, detail)];
    }),
  );
  const inits = (spec.initContainers ?? []).flatMap((container, index) => {
    if (isSidecar(container)) return [];
    return (container.resizePolicy ?? []).flatMap(({ restartPolicy }, i) => {
      if (restartPolicy !== "RestartContainer") return [];
      const at = [...path, "initContainers", index, "resizePolicy", i, "restartPolicy"];
      return [invalid(at, restartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers")];
    });
  });
  return [...wrong, ...inits];
}

/** The signal that ends a container depends on the operating system, which must be known. */
export function stopSignalFindings(signal: string | undefined, spec: PodSpec, path: Path): Findings {
  if (signal === undefined) return NONE;
  if (spec.os === undefined) return [forbidden(path, "may not be set for containers with empty `spec.os.name`")];
  if (spec.os.name !== "windows" || WINDOWS_SIGNALS.includes(signal)) return NONE;
  return [notSupported(path, signal, WINDOWS_SIGNALS)];
}

/** Whether a container that ended with this code may run once more, by its own rules first, then its policy, then the pod's. */
export function mayRunAgain(container: Container, spec: PodSpec, exitCode: number): boolean {
  const { restartPolicy, restartPolicyRules = [] } = container;
  const rule = restartPolicyRules.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) === true;
    return exitCodes !== undefined && (exitCodes.operator === "NotIn" ? !listed : listed);
  });
  if (restartPolicy !== undefined && rule !== undefined && ACTIONS.includes(rule.action)) return true;
  const policy = restartPolicy ?? spec.restartPolicy ?? "Always";
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

/** Whether the end of one container can start all of them again. */
export function allMayRunAgain(spec: PodSpec): boolean {
  return [...spec.containers, ...(spec.initContainers ?? [])].some(({ restartPolicyRules: rules = [] }) =>
    rules.some(({ action }) => action === "RestartAllContainers"),
  );
}
