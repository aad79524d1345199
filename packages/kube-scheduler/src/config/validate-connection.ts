import { type FieldError, invalid, parseDuration, type Path } from "@skates/apimachinery";
import type { ClientConnectionConfiguration, LeaderElectionConfiguration } from "@skates/api/kubescheduler/v1";

/** An election with upstream's defaults for what is not given. */
export function completeElection(given: LeaderElectionConfiguration) {
  return {
    leaseDuration: given.leaseDuration ?? "15s",
    renewDeadline: given.renewDeadline ?? "10s",
    retryPeriod: given.retryPeriod ?? "2s",
    resourceLock: given.resourceLock ?? "leases",
    resourceName: given.resourceName ?? "kube-scheduler",
    resourceNamespace: given.resourceNamespace ?? "kube-system",
  };
}

/** What is wrong with how a leader is to be elected, in upstream's words. */
export function electionFindings(given: LeaderElectionConfiguration | undefined, path: Path): readonly FieldError[] {
  if (given?.leaderElect !== true) return [];
  const { leaseDuration, renewDeadline, resourceLock, ...rest } = completeElection(given);
  const out: FieldError[] = [];
  for (const [name, text] of Object.entries({ leaseDuration, renewDeadline, retryPeriod: rest.retryPeriod })) {
    if (parseDuration(text) <= 0) out.push(invalid([...path, name], text, "must be greater than zero"));
  }
  if (parseDuration(leaseDuration) < parseDuration(renewDeadline)) {
    const message = "LeaseDuration must be greater than RenewDeadline";
    out.push(invalid([...path, "leaseDuration"], renewDeadline, message));
  }
  if (resourceLock !== "leases") {
    out.push(invalid([...path, "resourceLock"], resourceLock, 'resourceLock value must be "leases"'));
  }
  return out;
}

/** What is wrong with how the API is to be reached. */
export function connectionFindings(
  given: ClientConnectionConfiguration | undefined,
  path: Path,
): readonly FieldError[] {
  const { burst = 0 } = given ?? {};
  return burst < 0 ? [invalid([...path, "burst"], burst, "must be non-negative")] : [];
}
