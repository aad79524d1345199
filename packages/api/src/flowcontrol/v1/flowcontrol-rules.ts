import { type FieldError, forbidden, invalid, notSupported, type Path, required } from "@skates/apimachinery";
import { checkNotNegative, checkSubdomain, type Findings } from "../../checks.ts";
import type { FlowSchemaSpec, Subject } from "./flow-schema.ts";
import { nonResourceRuleFindings, resourceRuleFindings } from "./policy-rule-rules.ts";
import type {
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from "./priority-level-configuration.ts";

const PRECEDENCE_MAX = 10_000;
const QUEUES_MAX = 10_000_000;
const MEMBERS = { User: "user", Group: "group", ServiceAccount: "serviceAccount" } as const;

/** Which requests, at which level. */
export function flowSchemaSpecRules(spec: FlowSchemaSpec, _old: unknown, path: Path): Findings {
  const {
    matchingPrecedence: precedence = 1000,
    distinguisherMethod: method,
    priorityLevelConfiguration: level,
  } = spec;
  const out: FieldError[] = [];
  if (precedence <= 0) out.push(invalid([...path, "matchingPrecedence"], precedence, "must be a positive value"));
  else if (precedence > PRECEDENCE_MAX) {
    out.push(invalid([...path, "matchingPrecedence"], precedence, "must not be greater than 10000"));
  }
  if (method !== undefined && method.type !== "" && method.type !== "ByUser" && method.type !== "ByNamespace") {
    out.push(notSupported([...path, "distinguisherMethod", "type"], method.type, ["ByNamespace", "ByUser"]));
  }
  out.push(...checkSubdomain([...path, "priorityLevelConfiguration", "name"], level.name));
  for (const [index, rule] of (spec.rules ?? []).entries()) {
    const at = [...path, "rules", index];
    out.push(...rule.subjects.flatMap((subject, i) => subjectFindings(subject, [...at, "subjects", i])));
    if ((rule.resourceRules ?? []).length === 0 && (rule.nonResourceRules ?? []).length === 0) {
      out.push(required(at, "at least one of resourceRules and nonResourceRules has to be non-empty"));
    }
    for (const [i, one] of (rule.resourceRules ?? []).entries()) {
      out.push(...resourceRuleFindings(one, [...at, "resourceRules", i]));
    }
    for (const [i, one] of (rule.nonResourceRules ?? []).entries()) {
      out.push(...nonResourceRuleFindings(one, [...at, "nonResourceRules", i]));
    }
  }
  return out;
}

function subjectFindings(subject: Subject, path: Path): Findings {
  const { kind } = subject;
  if (kind === "") return [];
  if (kind !== "User" && kind !== "Group" && kind !== "ServiceAccount") {
    return [notSupported([...path, "kind"], kind, ["Group", "ServiceAccount", "User"])];
  }
  const out: FieldError[] = [];
  for (const [of, name] of Object.entries(MEMBERS) as readonly [
    keyof typeof MEMBERS,
    (typeof MEMBERS)[keyof typeof MEMBERS],
  ][]) {
    const given = subject[name] !== undefined;
    if (of === kind && !given) out.push(required([...path, name], `${name} is required when subject kind is '${of}'`));
    if (of !== kind && given)
      out.push(forbidden([...path, name], `${name} is forbidden when subject kind is not '${of}'`));
  }
  return out;
}

/** The member of the level's type, and no other. */
export function priorityLevelSpecRules(spec: PriorityLevelConfigurationSpec, _old: unknown, path: Path): Findings {
  const { type, limited, exempt } = spec;
  switch (type) {
    case "":
      return [];
    case "Exempt":
      return [
        ...(limited === undefined ? [] : [forbidden([...path, "limited"], "must be nil if the type is not Limited")]),
        ...checkNotNegative([...path, "exempt", "nominalConcurrencyShares"], exempt?.nominalConcurrencyShares),
        ...percentFindings([...path, "exempt", "lendablePercent"], exempt?.lendablePercent),
      ];
    case "Limited": {
      const wrong = exempt === undefined ? [] : [forbidden([...path, "exempt"], "must be nil if the type is Limited")];
      if (limited === undefined)
        return [...wrong, required([...path, "limited"], "must not be empty when type is Limited")];
      return [...wrong, ...limitedFindings(limited, [...path, "limited"])];
    }
    default:
      return [notSupported([...path, "type"], type, ["Exempt", "Limited"])];
  }
}

function percentFindings(path: Path, percent: number | undefined): Findings {
  if (percent === undefined || (percent >= 0 && percent <= 100)) return [];
  return [invalid(path, percent, "must be between 0 and 100, inclusive")];
}

function limitedFindings(limited: LimitedPriorityLevelConfiguration, path: Path): Findings {
  const { limitResponse = { type: "" } } = limited;
  const at = [...path, "limitResponse"];
  const { type, queuing } = limitResponse;
  const out: FieldError[] = [
    ...checkNotNegative([...path, "nominalConcurrencyShares"], limited.nominalConcurrencyShares),
    ...percentFindings([...path, "lendablePercent"], limited.lendablePercent),
    ...checkNotNegative([...path, "borrowingLimitPercent"], limited.borrowingLimitPercent),
  ];
  if (type === "Reject") {
    return queuing === undefined
      ? out
      : [...out, forbidden([...at, "queuing"], "must be nil if limited.limitResponse.type is not Limited")];
  }
  if (type !== "Queue") return type === "" ? out : [...out, notSupported([...at, "type"], type, ["Queue", "Reject"])];
  if (queuing === undefined) {
    return [...out, required([...at, "queuing"], "must not be empty if limited.limitResponse.type is Limited")];
  }
  return [...out, ...queuingFindings(queuing, [...at, "queuing"])];
}

function queuingFindings(
  { queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration,
  path: Path,
): Findings {
  const out: FieldError[] = [];
  if (queueLengthLimit <= 0) out.push(invalid([...path, "queueLengthLimit"], queueLengthLimit, "must be positive"));
  if (queues <= 0) out.push(invalid([...path, "queues"], queues, "must be positive"));
  else if (queues > QUEUES_MAX) out.push(invalid([...path, "queues"], queues, "must not be greater than 10000000"));
  if (handSize <= 0) out.push(invalid([...path, "handSize"], handSize, "must be positive"));
  else if (handSize > queues) {
    out.push(invalid([...path, "handSize"], handSize, `should not be greater than queues (${queues})`));
  } else if (Math.log2(queues) * handSize > 60) {
    const detail = "required entropy bits of deckSize and handSize should not be greater than 60";
    out.push(invalid([...path, "handSize"], handSize, detail));
  }
  return out;
}
