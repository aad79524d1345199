import {
  applyDefaults,
  decodeValue,
  type FieldError,
  isRecord,
  type Path,
  StatusError,
  type Struct,
  validateValue,
} from "@skates/apimachinery";
import {
  DefaultPreemptionArgs,
  DynamicResourcesArgs,
  InterPodAffinityArgs,
  NodeAffinityArgs,
  NodeResourcesBalancedAllocationArgs,
  NodeResourcesFitArgs,
  PodTopologySpreadArgs,
  VolumeBindingArgs,
} from "@skates/api/kubescheduler/v1";
import {
  balancedAllocationFindings,
  defaultPreemptionFindings,
  dynamicResourcesFindings,
  interPodAffinityFindings,
  nodeResourcesFitFindings,
  podTopologySpreadFindings,
  volumeBindingFindings,
} from "./validate-args.ts";

const API_VERSION = "kubescheduler.config.k8s.io/v1";

type Check = (args: unknown, path: Path) => readonly FieldError[];

/** The reader made the arguments values of the struct, whose static type each check names. */
function kind<T>(schema: Struct, check: (args: T, path: Path) => readonly FieldError[]) {
  return { schema, check: (args: unknown, path: Path) => check(args as T, path) };
}

const KINDS: Readonly<Record<string, { readonly schema: Struct; readonly check: Check }>> = {
  DefaultPreemption: kind<DefaultPreemptionArgs>(DefaultPreemptionArgs, defaultPreemptionFindings),
  DynamicResources: kind<DynamicResourcesArgs>(DynamicResourcesArgs, dynamicResourcesFindings),
  InterPodAffinity: kind<InterPodAffinityArgs>(InterPodAffinityArgs, interPodAffinityFindings),
  NodeAffinity: kind<NodeAffinityArgs>(NodeAffinityArgs, (args, path) =>
    validateValue(NodeAffinityArgs, args, undefined, path),
  ),
  NodeResourcesBalancedAllocation: kind<NodeResourcesBalancedAllocationArgs>(
    NodeResourcesBalancedAllocationArgs,
    balancedAllocationFindings,
  ),
  NodeResourcesFit: kind<NodeResourcesFitArgs>(NodeResourcesFitArgs, nodeResourcesFitFindings),
  PodTopologySpread: kind<PodTopologySpreadArgs>(PodTopologySpreadArgs, podTopologySpreadFindings),
  VolumeBinding: kind<VolumeBindingArgs>(VolumeBindingArgs, volumeBindingFindings),
};

/** The arguments of a plugin with defaults and what is wrong with them; or why they cannot be read. Unknown plugins read their own. */
export function readPluginArgs(
  name: string,
  given: Readonly<Record<string, unknown>>,
  path: Path,
): { readonly args: unknown; readonly findings: readonly FieldError[] } | { readonly error: string } {
  const known = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (known === undefined) return { args: given, findings: [] };
  const expected = `${name}Args`;
  const { apiVersion = API_VERSION, kind: givenKind = expected } = isRecord(given) ? given : {};
  if (givenKind !== expected || apiVersion !== API_VERSION) {
    const [group = ""] = String(apiVersion).split("/");
    const type = `${expected}.kubescheduler.config.k8s.io`;
    return { error: `args for plugin ${name} were not of type ${type}, got ${String(givenKind)}.${group}` };
  }
  try {
    const { object, strictErrors } = decodeValue<object>(known.schema, { ...given, apiVersion, kind: expected });
    if (strictErrors.length > 0) {
      return { error: `decoding args for plugin ${name}: strict decoding error: ${strictErrors.join(", ")}` };
    }
    const args = applyDefaults(known.schema, object);
    return { args, findings: known.check(args, path) };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { error: `decoding args for plugin ${name}: ${error.message}` };
  }
}
