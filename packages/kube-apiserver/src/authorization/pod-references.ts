import type { Pod } from "@skates/api/core/v1";

/** Whether a pod's spec names the Secret, ConfigMap, ServiceAccount or PersistentVolumeClaim. */
export function podUses(pod: Pod, resource: string, name: string): boolean {
  switch (resource) {
    case "serviceaccounts":
      return (pod.spec.serviceAccountName ?? "") === name;
    case "secrets":
      return (
        (pod.spec.imagePullSecrets ?? []).some((secret) => secret.name === name) ||
        containersUse(pod, "secret", name) ||
        volumesUse(pod, "secret", name)
      );
    case "configmaps":
      return containersUse(pod, "configMap", name) || volumesUse(pod, "configMap", name);
    case "persistentvolumeclaims":
      return (pod.spec.volumes ?? []).some(
        (volume) =>
          volume.persistentVolumeClaim?.claimName === name ||
          (volume.ephemeral !== undefined && `${pod.metadata.name}-${volume.name}` === name),
      );
    default:
      return false;
  }
}

function containersUse({ spec }: Pod, kind: "secret" | "configMap", name: string): boolean {
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  return containers.some(
    ({ env, envFrom }) =>
      (env ?? []).some(
        ({ valueFrom }) => (kind === "secret" ? valueFrom?.secretKeyRef : valueFrom?.configMapKeyRef)?.name === name,
      ) ||
      (envFrom ?? []).some((source) => (kind === "secret" ? source.secretRef : source.configMapRef)?.name === name),
  );
}

function volumesUse({ spec }: Pod, kind: "secret" | "configMap", name: string): boolean {
  return (spec.volumes ?? []).some((volume) => {
    const projected = volume.projected?.sources ?? [];
    if (kind === "configMap") {
      return volume.configMap?.name === name || projected.some((source) => source.configMap?.name === name);
    }
    return (
      volume.secret?.secretName === name ||
      projected.some((source) => source.secret?.name === name) ||
      volume.csi?.nodePublishSecretRef?.name === name
    );
  });
}
