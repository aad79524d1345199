import { type Condition, formatTime, type ObjectKey, parseTime } from "@skates/apimachinery";
import { type IPAddress, type ServiceCIDR, serviceCIDRs } from "@skates/api/networking/v1";
import {
  hasFinalizer,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
  update,
  withFinalizer,
  withoutFinalizer,
} from "@skates/controller-runtime";
import ipaddr from "ipaddr.js";
import { withCondition } from "../condition.ts";

/** What the plan of a range looks at. */
export interface ServiceCidrView {
  readonly ranges: Lister<ServiceCIDR>;
  readonly addresses: Lister<IPAddress>;
}

const FINALIZER = "networking.k8s.io/service-cidr-finalizer";
const MANAGED_BY_LABEL = "ipaddress.kubernetes.io/managed-by";
const MANAGED_BY = "ipallocator.k8s.io";
/** Until all who give out addresses have seen that the range is being deleted. */
const GRACE_MS = 10_000;
const STILL_USED =
  "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";

/** Guards a range and says that it is ready; lets go of one that is being deleted once no address needs it. */
export function planServiceCidr(view: ServiceCidrView, key: ObjectKey, nowMs: number): Plan {
  const range = view.ranges.get(key);
  if (range === undefined) return NOTHING;
  const { deletionTimestamp } = range.metadata;
  const guarded = hasFinalizer(range, FINALIZER);
  if (deletionTimestamp === undefined) {
    if (guarded) return told(range, { status: "True", reason: "", message: "Kubernetes Service CIDR is ready" }, nowMs);
    return { stages: [[update(serviceCIDRs, withFinalizer(range, FINALIZER))]] };
  }
  if (!guarded) return NOTHING;
  if (isNeeded(view, range)) {
    return told(range, { status: "False", reason: "Terminating", message: STILL_USED }, nowMs);
  }
  const waitMs = parseTime(deletionTimestamp) + GRACE_MS - nowMs;
  // Not longer than the whole grace, should the clock have been set back.
  if (waitMs > 0) return { stages: [], requeueAfterMs: Math.min(waitMs, GRACE_MS) };
  return { stages: [[update(serviceCIDRs, withoutFinalizer(range, FINALIZER))]] };
}

function told(range: ServiceCIDR, finding: Pick<Condition, "status" | "reason" | "message">, nowMs: number): Plan {
  const old = range.status?.conditions ?? [];
  const conditions = withCondition(old, { type: "Ready", ...finding, lastTransitionTime: formatTime(nowMs) });
  return conditions === old
    ? NOTHING
    : { stages: [[statusUpdate(serviceCIDRs, { ...range, status: { conditions } })]] };
}

/** An address of a service lies in the range, and in no other one that stays. */
function isNeeded({ ranges, addresses }: ServiceCidrView, range: ServiceCIDR): boolean {
  const own = blocksOf(range);
  const staying = ranges
    .list()
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(blocksOf);
  return addresses
    .matching(undefined, (labels) => labels?.[MANAGED_BY_LABEL] === MANAGED_BY)
    .some(({ metadata: { name } }) => {
      if (!ipaddr.isValid(name)) return false;
      const address = ipaddr.parse(name);
      const within = (block: Block): boolean => address.kind() === block[0].kind() && address.match(block);
      return own.some(within) && !staying.some(within);
    });
}

type Block = [ipaddr.IPv4 | ipaddr.IPv6, number];

function blocksOf({ spec }: ServiceCIDR): readonly Block[] {
  return (spec.cidrs ?? []).filter((text) => ipaddr.isValidCIDR(text)).map((text) => ipaddr.parseCIDR(text));
}
