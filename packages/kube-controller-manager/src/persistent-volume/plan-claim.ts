import {
  lacksStorageClass,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  storageClassNameOf,
  VOLUME_ANNOTATIONS,
  volumeMismatch,
} from "@skates/api/core/v1";
import { defaultStorageClass } from "@skates/api/storage/v1";
import type { ObjectKey } from "@skates/apimachinery";
import { type Action, NOTHING, type Plan, update } from "@skates/controller-runtime";
import { bind, isTaken, setClaimStatus } from "./bind.ts";
import { findVolume } from "./find-volume.ts";
import { annotated, isAnnotated, type StorageView, tell, unscheduledPods, waitsForConsumer } from "./storage-view.ts";

const { bindCompleted, selectedNode, storageProvisioner, betaStorageProvisioner } = VOLUME_ANNOTATIONS;

/** What is to be done about a claim: find it a volume, have one made, or see that it lost its own. */
export function planClaim(view: StorageView, key: ObjectKey): Plan {
  const claim = view.claims.get(key);
  if (claim === undefined) return NOTHING;
  if (isAnnotated(claim, bindCompleted)) return planBound(view, claim);
  return (claim.spec.volumeName ?? "") === "" ? planOpen(view, claim) : planNamed(view, claim);
}

/** Bound before: it stays so, or is lost. */
function planBound({ volumes }: StorageView, claim: PersistentVolumeClaim): Plan {
  const name = claim.spec.volumeName ?? "";
  if (name === "")
    return lost(claim, "ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
  const volume = volumes.get({ name });
  if (volume === undefined)
    return lost(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
  const { claimRef } = volume.spec;
  if (claimRef === undefined || claimRef.uid === claim.metadata.uid) return bind(volume, claim);
  return lost(claim, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
}

/** Its user has chosen the volume. */
function planNamed({ volumes }: StorageView, claim: PersistentVolumeClaim): Plan {
  const volume = volumes.get({ name: claim.spec.volumeName ?? "" });
  if (volume === undefined) return pending(claim);
  const quoted = JSON.stringify(volume.metadata.name);
  if (isTaken(volume, claim)) {
    const message = `volume ${quoted} already bound to a different claim.`;
    return pending(claim, tell(claim, "Warning", "FailedBinding", message));
  }
  const mismatch = volume.spec.claimRef === undefined ? volumeMismatch(volume, claim) : undefined;
  if (mismatch === undefined) return bind(volume, claim);
  const message = `Cannot bind to requested volume ${quoted}: ${mismatch}`;
  return pending(claim, tell(claim, "Warning", "VolumeMismatch", message));
}

/** Any volume will do that fits. */
function planOpen(view: StorageView, claim: PersistentVolumeClaim): Plan {
  const className = storageClassNameOf(claim);
  const delayed = waitsForConsumer(className, view);
  const volume = findVolume(view, claim, delayed);
  if (volume !== undefined) return bind(volume, claim);
  const filled = lacksStorageClass(claim) ? defaultStorageClass(view.classes.list()) : undefined;
  if (filled !== undefined) {
    const spec = { ...claim.spec, storageClassName: filled.metadata.name };
    return { stages: [[update<PersistentVolumeClaim>(persistentVolumeClaims, { ...claim, spec })]] };
  }
  if (delayed && !isAnnotated(claim, selectedNode)) return pending(claim, waiting(view, claim));
  if (className !== "") return planProvisioning(view, claim, className);
  const message = "no persistent volumes available for this claim and no storage class is set";
  return pending(claim, tell(claim, "Normal", "FailedBinding", message));
}

function waiting(view: StorageView, claim: PersistentVolumeClaim): Action {
  const names = unscheduledPods(claim, view);
  if (names.length === 0) {
    const message = "waiting for first consumer to be created before binding";
    return tell(claim, "Normal", "WaitForFirstConsumer", message);
  }
  const pods = names.length === 1 ? "pod" : "pods";
  return tell(claim, "Normal", "WaitForPodScheduled", `waiting for ${pods} ${names.join(",")} to be scheduled`);
}

/** Volumes are made by others: the claim says by whom, and they find it by that. */
function planProvisioning({ classes }: StorageView, claim: PersistentVolumeClaim, className: string): Plan {
  const provisioner = classes.get({ name: className })?.provisioner;
  if (provisioner === undefined) {
    const message = `storageclass.storage.k8s.io ${JSON.stringify(className)} not found`;
    return pending(claim, tell(claim, "Warning", "ProvisioningFailed", message));
  }
  if (provisioner.startsWith("kubernetes.io/")) {
    return pending(
      claim,
      tell(claim, "Warning", "ProvisioningFailed", `no volume plugin matched name: ${provisioner}`),
    );
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  const event = tell(claim, "Normal", "ExternalProvisioning", message);
  if (claim.metadata.annotations?.[storageProvisioner] === provisioner) return pending(claim);
  const asked = annotated(claim, { [storageProvisioner]: provisioner, [betaStorageProvisioner]: provisioner });
  return { stages: [[update(persistentVolumeClaims, asked), event]] };
}

function pending(claim: PersistentVolumeClaim, event?: Action): Plan {
  const { capacity: _capacity, accessModes: _modes, ...status } = claim.status ?? {};
  const { stages } = setClaimStatus(claim, { ...status, phase: "Pending" });
  return { stages: event === undefined ? stages : [[event], ...stages] };
}

/** Told once: a lost claim stays lost until its volume is back. */
function lost(claim: PersistentVolumeClaim, reason: string, message: string): Plan {
  const { capacity: _capacity, accessModes: _modes, ...status } = claim.status ?? {};
  if (status.phase === "Lost") return NOTHING;
  const { stages } = setClaimStatus(claim, { ...status, phase: "Lost" });
  return { stages: [...stages, [tell(claim, "Warning", reason, message)]] };
}
