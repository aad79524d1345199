import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  isQualifiedName,
  notSupported,
  parseDuration,
  type Path,
  required,
} from "@skates/apimachinery";
import type {
  DefaultPreemptionArgs,
  DynamicResourcesArgs,
  InterPodAffinityArgs,
  NodeResourcesBalancedAllocationArgs,
  NodeResourcesFitArgs,
  PodTopologySpreadArgs,
  UtilizationShapePoint,
  VolumeBindingArgs,
} from "@skates/api/kubescheduler/v1";

type Findings = readonly FieldError[];

const STRATEGIES = ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"];

/** Neither number may leave nothing to try. */
export function defaultPreemptionFindings(args: DefaultPreemptionArgs, path: Path): Findings {
  const { minCandidateNodesPercentage: percentage = 10, minCandidateNodesAbsolute: absolute = 100 } = args;
  const ofPercentage = [...path, "minCandidateNodesPercentage"];
  const ofAbsolute = [...path, "minCandidateNodesAbsolute"];
  const out: FieldError[] = [];
  if (percentage < 0 || percentage > 100) out.push(invalid(ofPercentage, percentage, "not in valid range [0, 100]"));
  if (absolute < 0) out.push(invalid(ofAbsolute, absolute, "not in valid range [0, inf)"));
  if (percentage === 0 && absolute === 0) {
    out.push(
      invalid(ofPercentage, percentage, "cannot be zero at the same time as minCandidateNodesAbsolute"),
      invalid(ofAbsolute, absolute, "cannot be zero at the same time as minCandidateNodesPercentage"),
    );
  }
  return out;
}

export function interPodAffinityFindings(
  { hardPodAffinityWeight: weight = 1 }: InterPodAffinityArgs,
  path: Path,
): Findings {
  if (weight >= 0 && weight <= 100) return [];
  return [invalid([...path, "hardPodAffinityWeight"], weight, "not in valid range [0, 100]")];
}

export function balancedAllocationFindings(args: NodeResourcesBalancedAllocationArgs, path: Path): Findings {
  const seen = new Set<string>();
  return (args.resources ?? []).flatMap(({ name, weight = 1 }, i) => {
    const at = [...path, "resources", i];
    const again = seen.has(name);
    seen.add(name);
    return [
      ...(again ? [duplicate([...at, "name"], name)] : []),
      ...(weight === 1 ? [] : [invalid([...at, "weight"], weight, "must be 1")]),
    ];
  });
}

export function nodeResourcesFitFindings(args: NodeResourcesFitArgs, path: Path): Findings {
  const { ignoredResources = [], ignoredResourceGroups = [], scoringStrategy } = args;
  const at = [...path, "scoringStrategy"];
  const names = ignoredResources.flatMap((name, i) => labelName(name, [...path, "ignoredResources", i]));
  const groups = ignoredResourceGroups.flatMap((group, i) => {
    const here = [...path, "ignoredResourceGroups", i];
    const slash = group.includes("/") ? [invalid(here, group, "resource group name can't contain '/'")] : [];
    return [...slash, ...labelName(group, here)];
  });
  if (scoringStrategy === undefined) return [...names, ...groups, required(at, "ScoringStrategy field is required")];
  const { type = "", resources = [], requestedToCapacityRatio: ratio } = scoringStrategy;
  const ratioAt = [...at, "requestedToCapacityRatio"];
  const weights = resources.flatMap(({ name, weight = 1 }, i) =>
    weight > 0 && weight <= 100
      ? []
      : [invalid([...at, "resources", i, "weight"], weight, `resource weight of ${name} not in valid range (0, 100]`)],
  );
  return [
    ...names,
    ...groups,
    ...(STRATEGIES.includes(type) ? [] : [notSupported([...at, "type"], type, STRATEGIES)]),
    ...weights,
    ...ratioFindings(),
  ];

  function ratioFindings(): Findings {
    if (type !== "RequestedToCapacityRatio") {
      return ratio === undefined ? [] : [forbidden(ratioAt, "must be nil when type is not RequestedToCapacityRatio")];
    }
    if (ratio === undefined) return [required(ratioAt, "must be specified when type is RequestedToCapacityRatio")];
    return shapeFindings(ratio.shape ?? [], [...ratioAt, "shape"]);
  }
}

function shapeFindings(shape: readonly UtilizationShapePoint[], path: Path): Findings {
  if (shape.length === 0) return [required(path, "at least one point must be specified")];
  const out: FieldError[] = [];
  const unsorted = shape.findIndex(
    ({ utilization = 0 }, i) => i > 0 && (shape[i - 1]?.utilization ?? 0) >= utilization,
  );
  if (unsorted > 0) {
    const at = [...path, unsorted, "utilization"];
    out.push(invalid(at, shape[unsorted]?.utilization ?? 0, "values must be sorted in increasing order"));
  }
  for (const [i, { utilization = 0, score = 0 }] of shape.entries()) {
    if (utilization < 0 || utilization > 100) {
      out.push(invalid([...path, i, "utilization"], utilization, "not in valid range [0, 100]"));
    }
    if (score < 0 || score > 10) out.push(invalid([...path, i, "score"], score, "not in valid range [0, 10]"));
  }
  return out;
}

export function podTopologySpreadFindings(args: PodTopologySpreadArgs, path: Path): Findings {
  const { defaultingType = "System", defaultConstraints = [] } = args;
  const out: FieldError[] = [];
  const typeAt = [...path, "defaultingType"];
  if (defaultingType !== "System" && defaultingType !== "List") {
    out.push(notSupported(typeAt, defaultingType, ["System", "List"]));
  } else if (defaultingType === "System" && defaultConstraints.length > 0) {
    out.push(invalid(typeAt, defaultingType, "when .defaultConstraints are not empty"));
  }
  const seen = new Set<string>();
  for (const [i, constraint] of defaultConstraints.entries()) {
    const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector } = constraint;
    const at = [...path, "defaultConstraints", i];
    if (maxSkew <= 0) out.push(invalid([...at, "maxSkew"], maxSkew, "not in valid range (0, inf)"));
    const keyAt = [...at, "topologyKey"];
    if (topologyKey === "") out.push(required(keyAt, "can not be empty"));
    else out.push(...labelName(topologyKey, keyAt));
    const whenAt = [...at, "whenUnsatisfiable"];
    const when: string = whenUnsatisfiable;
    if (when === "") out.push(required(whenAt, "can not be empty"));
    else if (when !== "DoNotSchedule" && when !== "ScheduleAnyway") {
      out.push(notSupported(whenAt, when, ["DoNotSchedule", "ScheduleAnyway"]));
    }
    if (labelSelector !== undefined) {
      const message = "constraint must not define a selector, as they deduced for each pod";
      out.push(forbidden([...at, "labelSelector"], message));
    }
    const pair = `{${topologyKey}, ${when}}`;
    if (seen.has(pair)) out.push(duplicate(at, pair));
    seen.add(pair);
  }
  return out;
}

export function volumeBindingFindings({ bindTimeoutSeconds = 600, shape }: VolumeBindingArgs, path: Path): Findings {
  const out: FieldError[] = [];
  if (bindTimeoutSeconds < 0) {
    const message = "invalid BindTimeoutSeconds, should not be a negative value";
    out.push(invalid([...path, "bindTimeoutSeconds"], bindTimeoutSeconds, message));
  }
  if (shape !== undefined) {
    const message = "unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring";
    out.push(invalid([...path, "shape"], shape, message));
  }
  return out;
}

export function dynamicResourcesFindings(
  { filterTimeout, bindingTimeout }: DynamicResourcesArgs,
  path: Path,
): Findings {
  const out: FieldError[] = [];
  if (filterTimeout !== undefined && parseDuration(filterTimeout) < 0) {
    out.push(invalid([...path, "filterTimeout"], filterTimeout, "must be zero or positive"));
  }
  if (bindingTimeout !== undefined && parseDuration(bindingTimeout) < 1000) {
    out.push(invalid([...path, "bindingTimeout"], bindingTimeout, "must be at least 1 second"));
  }
  return out;
}

function labelName(name: string, path: Path): Findings {
  return isQualifiedName(name).map((message) => invalid(path, name, message));
}
