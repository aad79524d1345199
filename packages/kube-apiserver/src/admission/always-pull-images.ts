import { type Pod, type PodSpec, pods } from "@skates/api/core/v1";
import { type FieldError, formatFieldError, notSupported } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { objectOf, oldOf } from "./object-kind.ts";
import { refusal } from "./refusal.ts";

const ALWAYS = "Always";
const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

/** Images are pulled anew for each pod: who has no right to pull one cannot use it because it lies on a node already. */
export const alwaysPullImages: AdmissionPlugin = {
  name: "AlwaysPullImages",
  handles: (attributes) => objectOf(attributes, pods) !== undefined && bringsImages(attributes),
  async mutate(attributes) {
    const pod = must(objectOf<Pod>(attributes, pods), "the pod");
    return findingsOf(pod.spec).length === 0 ? pod : { ...pod, spec: pulling(pod.spec) };
  },
  async validate(attributes) {
    const pod = must(objectOf<Pod>(attributes, pods), "the pod");
    const findings = findingsOf(pod.spec).map(formatFieldError);
    if (findings.length > 0) throw refusal(attributes, findings.join(", "));
  },
};

/** A pod that gets no new image stays as it is: it may be older than this plugin. */
function bringsImages(attributes: AdmissionAttributes): boolean {
  const old = oldOf<Pod>(attributes, pods);
  const pod = objectOf<Pod>(attributes, pods);
  if (old === undefined || pod === undefined) return true;
  const before = new Set(imagesOf(old.spec));
  return imagesOf(pod.spec).some((image) => !before.has(image));
}

function imagesOf(spec: PodSpec): readonly string[] {
  const images = LISTS.flatMap((list) => (spec[list] ?? []).map(({ image }) => image ?? ""));
  return [...images, ...(spec.volumes ?? []).flatMap(({ image }) => image?.reference ?? [])];
}

function pulling(spec: PodSpec): PodSpec {
  const always = <T extends object>(containers: readonly T[]): readonly T[] =>
    containers.map((container) => ({ ...container, imagePullPolicy: ALWAYS }));
  const { initContainers, ephemeralContainers, volumes } = spec;
  return {
    ...spec,
    containers: always(spec.containers),
    ...(initContainers === undefined ? {} : { initContainers: always(initContainers) }),
    ...(ephemeralContainers === undefined ? {} : { ephemeralContainers: always(ephemeralContainers) }),
    ...(volumes === undefined
      ? {}
      : {
          volumes: volumes.map((volume) =>
            volume.image === undefined ? volume : { ...volume, image: { ...volume.image, pullPolicy: ALWAYS } },
          ),
        }),
  };
}

function findingsOf(spec: PodSpec): readonly FieldError[] {
  const ofContainers = LISTS.flatMap((list) =>
    (spec[list] ?? []).flatMap(({ imagePullPolicy }, i) =>
      imagePullPolicy === ALWAYS
        ? []
        : [notSupported(["spec", list, i, "imagePullPolicy"], imagePullPolicy ?? "", [ALWAYS])],
    ),
  );
  const ofVolumes = (spec.volumes ?? []).flatMap(({ image }, i) =>
    image === undefined || image.pullPolicy === ALWAYS
      ? []
      : [notSupported(["spec", "volumes", i, "image", "pullPolicy"], image.pullPolicy ?? "", [ALWAYS])],
  );
  return [...ofContainers, ...ofVolumes];
}
