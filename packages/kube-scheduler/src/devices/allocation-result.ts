import type { NodeSelector } from "@skates/api/core/v1";
import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceClass,
  DeviceRequestAllocationResult,
  ResourceClaim,
} from "@skates/api/resource/v1";
import { type Random, uuid } from "@skates/component-base";
import type { Grant } from "./allocate.ts";
import type { DeviceFeatures } from "./device-features.ts";

export interface AllocationResultOptions {
  readonly nodeName: string;
  readonly deviceClass: (name: string) => DeviceClass | undefined;
  readonly features: DeviceFeatures;
  /** Names shares of devices. */
  readonly random: Random;
}

/** What the claim is given, as its status says it. */
export function allocationResult(
  claim: ResourceClaim,
  grants: readonly Grant[],
  options: AllocationResultOptions,
): AllocationResult {
  const selector = nodesOf(grants, options.nodeName);
  return {
    devices: {
      results: grants.map((grant) => resultOf(grant, options)),
      config: configurationOf(claim, grants, options.deviceClass),
    },
    ...(selector === undefined ? {} : { nodeSelector: selector }),
  };
}

function resultOf(
  { wanted, device, consumption }: Grant,
  { features, random }: AllocationResultOptions,
): DeviceRequestAllocationResult {
  const { bindingConditions, bindingFailureConditions } = device.device;
  const consumed = Object.fromEntries([...consumption].map(([name, amount]) => [name, amount.toString()]));
  return {
    request: wanted.name,
    driver: device.driver,
    pool: device.pool,
    device: device.device.name,
    ...(wanted.adminAccess ? { adminAccess: true } : {}),
    ...(wanted.tolerations === undefined ? {} : { tolerations: wanted.tolerations }),
    ...(features.readiness && bindingConditions !== undefined ? { bindingConditions } : {}),
    ...(features.readiness && bindingFailureConditions !== undefined ? { bindingFailureConditions } : {}),
    ...(device.shareable ? { shareID: uuid(random) } : {}),
    ...(device.shareable && consumption.size > 0 ? { consumedCapacity: consumed } : {}),
  };
}

/** Where the devices can be used: on one node, or where the selectors of all of them hold. */
function nodesOf(grants: readonly Grant[], nodeName: string): NodeSelector | undefined {
  if (grants.some(({ device }) => device.nodeName !== undefined || device.device.bindsToNode === true)) {
    return { nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [nodeName] }] }] };
  }
  const terms = grants.flatMap(({ device }) => device.nodeSelector?.nodeSelectorTerms ?? []);
  if (terms.length === 0) return undefined;
  const expressions = terms.flatMap(({ matchExpressions = [] }) => matchExpressions);
  const fields = terms.flatMap(({ matchFields = [] }) => matchFields);
  return {
    nodeSelectorTerms: [
      {
        ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
        ...(fields.length > 0 ? { matchFields: fields } : {}),
      },
    ],
  };
}

/** Settings of the classes, each once, then those of the claim; what is for all requests names none. */
function configurationOf(
  claim: ResourceClaim,
  grants: readonly Grant[],
  deviceClass: (name: string) => DeviceClass | undefined,
): readonly DeviceAllocationConfiguration[] {
  const byRequest = new Map(grants.map(({ wanted }) => [wanted.name, wanted.className]));
  const ofClasses = [...new Set(byRequest.values())].flatMap((className) => {
    const requests = [...byRequest].filter(([, name]) => name === className).map(([request]) => request);
    return (deviceClass(className)?.spec.config ?? []).map((config) => ({
      ...config,
      source: "FromClass" as const,
      requests,
    }));
  });
  const served = (request: string, names: readonly string[]): boolean =>
    names.includes(request) || names.includes(request.split("/")[0] ?? "");
  const ofClaim = (claim.spec.devices?.config ?? [])
    .filter(
      ({ requests: names = [] }) =>
        names.length === 0 || [...byRequest.keys()].some((request) => served(request, names)),
    )
    .map((config) => ({ ...config, source: "FromClaim" as const }));
  return [...ofClasses, ...ofClaim].map((config) => {
    const { requests: names = [], ...rest } = config;
    return [...byRequest.keys()].every((request) => served(request, names)) ? rest : config;
  });
}
