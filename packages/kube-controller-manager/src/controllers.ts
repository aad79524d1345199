import { resourcesBehind } from "@skates/api";
import { LOCAL_PATH } from "@skates/api/storage/v1";
import type { Component } from "@skates/component-base";
import {
  type Controller,
  controllerComponent,
  createEventRecorder,
  type EventRecorder,
  type Informers,
} from "@skates/controller-runtime";
import type { ControllerManagerOptions } from "./options.ts";
import { attachDetachController } from "./attach-detach/controller.ts";
import { bootstrapSignerController } from "./bootstrap-signer/controller.ts";
import { certificateApprovingController } from "./certificate-approving/controller.ts";
import { certificateCleanerController } from "./certificate-cleaner/controller.ts";
import { certificateSigningController } from "./certificate-signing/controller.ts";
import { cronJobController } from "./cron-job/controller.ts";
import { clusterRoleAggregation } from "./cluster-role-aggregation/controller.ts";
import { daemonSetController } from "./daemon-set/controller.ts";
import { deploymentController } from "./deployment/controller.ts";
import { disruptionController } from "./disruption/controller.ts";
import { otherScales } from "./disruption/other-scales.ts";
import { staleDisruptionController } from "./disruption/stale.ts";
import { endpointSliceController } from "./endpoint-slice/controller.ts";
import { endpointSliceMirroringController } from "./endpoint-slice-mirroring/controller.ts";
import { endpointsController } from "./endpoints/controller.ts";
import { garbageCollector } from "./garbage-collector/controller.ts";
import { horizontalPodAutoscaler } from "./horizontal-pod-autoscaler/controller.ts";
import { jobController } from "./job/controller.ts";
import { namespaceController } from "./namespace/controller.ts";
import { nodeLifecycleController } from "./node-lifecycle/controller.ts";
import { podGcController } from "./pod-gc/controller.ts";
import { replicaSetController } from "./replica-set/controller.ts";
import { replicationController } from "./replication-controller/controller.ts";
import { COUNTED, resourceQuotaController } from "./resource-quota/controller.ts";
import { otherKinds } from "./resource-quota/other-kinds.ts";
import { rootCaController } from "./root-ca/controller.ts";
import { serviceAccountController } from "./service-account/controller.ts";
import { statefulSetController } from "./stateful-set/controller.ts";
import { taintEvictionController } from "./taint-eviction/controller.ts";
import { claimProtectionController } from "./storage-protection/claim-protection.ts";
import { attributesClassProtectionController, volumeProtectionController } from "./storage-protection/controllers.ts";
import { ephemeralVolumeController } from "./ephemeral-volume/controller.ts";
import { localPathProvisioner } from "./local-path/controller.ts";
import { persistentVolumeBinder } from "./persistent-volume/controller.ts";
import { volumeExpandController } from "./volume-expand/controller.ts";
import { ttlAfterFinishedController } from "./ttl-after-finished/controller.ts";
import { claimReleaseController, podClaimsController } from "./resource-claim/controllers.ts";
import { deviceTaintEvictionController } from "./device-taint-eviction/controller.ts";
import { legacyTokenCleaner } from "./legacy-token-cleaner/controller.ts";
import { serviceCidrController } from "./service-cidr/controller.ts";
import { nodeIpamController } from "./node-ipam/controller.ts";
import { serviceLbController } from "./service-lb/controller.ts";
import { tokenController } from "./service-account-token/controller.ts";
import { tokenCleanerController } from "./token-cleaner/controller.ts";
import { ttlController } from "./ttl/controller.ts";

/** What controllers are made of. */
export interface Making {
  readonly options: ControllerManagerOptions;
  readonly informers: Informers;
}

/** A controller under upstream's name for `--controllers`. */
export interface NamedController {
  readonly name: string;
  /** Nothing: what it needs was not given. */
  readonly make: (making: Making) => readonly Component[];
}

/** The account that upstream's three controllers of certificates share. */
const CERTIFICATES = "certificate-controller";

/** All controllers, in the order of their start. */
export const CONTROLLERS: readonly NamedController[] = [
  planned("replicaset-controller", () => replicaSetController),
  planned("replicationcontroller-controller", () => replicationController),
  planned("deployment-controller", () => deploymentController),
  planned("statefulset-controller", () => statefulSetController),
  planned("daemonset-controller", () => daemonSetController, "daemonset-controller"),
  {
    name: "disruption-controller",
    make: (making) => {
      const scales = otherScales({ ...own(making.options, "disruption-controller"), informers: making.informers });
      return [
        scales,
        ...runnable(making, disruptionController(scales), "controllermanager"),
        ...runnable(making, staleDisruptionController, "controllermanager"),
      ];
    },
  },
  planned("job-controller", () => jobController),
  planned("cronjob-controller", () => cronJobController),
  planned("ttl-after-finished-controller", () => ttlAfterFinishedController),
  {
    name: "persistentvolumeclaim-protection-controller",
    make: ({ options, informers }) => [
      claimProtectionController({ ...own(options, "pvc-protection-controller"), informers }),
    ],
  },
  planned("persistentvolume-protection-controller", () => volumeProtectionController),
  planned("volumeattributesclass-protection-controller", () => attributesClassProtectionController),
  planned("persistentvolume-binder-controller", () => persistentVolumeBinder, "persistentvolume-controller"),
  planned("persistentvolume-expander-controller", () => volumeExpandController, "volume_expand"),
  planned("persistentvolume-attach-detach-controller", ({ keepAttached }) => attachDetachController({ keepAttached })),
  planned("ephemeral-volume-controller", () => ephemeralVolumeController, "ephemeral_volume"),
  planned("local-path-provisioner", () => localPathProvisioner, LOCAL_PATH.provisioner),
  {
    name: "resourcequota-controller",
    make: (making) => {
      const { options, informers } = making;
      const parts = own(options, "resourcequota-controller");
      const others = otherKinds({
        ...parts,
        informers,
        resources: resourcesBehind(options.env.gates),
        counted: COUNTED,
      });
      return [others, ...runnable(making, resourceQuotaController(others))];
    },
  },
  planned("endpointslice-controller", () => endpointSliceController),
  planned("clusterrole-aggregation-controller", () => clusterRoleAggregation),
  planned("endpoints-controller", () => endpointsController),
  planned(
    "endpointslice-mirroring-controller",
    () => endpointSliceMirroringController,
    "endpoint-slice-mirroring-controller",
  ),
  planned("serviceaccount-controller", () => serviceAccountController),
  planned("root-ca-certificate-publisher-controller", ({ caBundle }) => rootCaController(caBundle)),
  planned("node-lifecycle-controller", ({ env, evictionRates }) =>
    nodeLifecycleController(() => env.clock.monotonicMs(), evictionRates),
  ),
  planned("taint-eviction-controller", () => taintEvictionController),
  planned("ttl-controller", () => ttlController),
  planned("node-ipam-controller", ({ nodeIpam }) => nodeIpam && nodeIpamController(nodeIpam), "cidrAllocator"),
  planned(
    "service-lb-controller",
    ({ serviceLb }) => serviceLb && serviceLbController(serviceLb),
    "service-controller",
  ),
  // Off upstream by default, where kubeadm turns them on. Here `skates join` needs the first, and whoever joins needs tokens that end.
  planned("bootstrap-signer-controller", ({ clusterInfo }) => clusterInfo && bootstrapSignerController(clusterInfo)),
  planned("token-cleaner-controller", () => tokenCleanerController),
  planned(
    "certificatesigningrequest-cleaner-controller",
    ({ certificates }) => certificates && certificateCleanerController(certificates.readCertificate),
  ),
  {
    name: "certificatesigningrequest-approving-controller",
    make: ({ options, informers }) => {
      const { certificates } = options;
      if (certificates === undefined) return [];
      const { readRequest } = certificates;
      return [certificateApprovingController({ ...own(options, CERTIFICATES), informers, readRequest })];
    },
  },
  {
    name: "certificatesigningrequest-signing-controller",
    make: ({ options, informers }) => {
      const { certificates: signer } = options;
      if (signer === undefined) return [];
      return [certificateSigningController({ ...own(options, CERTIFICATES), informers, signer })];
    },
  },
  {
    name: "resourceclaim-controller",
    make: (making) => [
      ...runnable(making, podClaimsController, "resource_claim"),
      ...runnable(making, claimReleaseController, "resource_claim"),
    ],
  },
  planned("device-taint-eviction-controller", () => deviceTaintEvictionController, "device-taint-eviction"),
  planned("service-cidr-controller", () => serviceCidrController, "service-cidrs-controller"),
  planned("legacy-serviceaccount-token-cleaner-controller", ({ legacyTokenUnusedMs }) =>
    legacyTokenCleaner(legacyTokenUnusedMs),
  ),
  {
    name: "namespace-controller",
    make: ({ options, informers }) => [
      namespaceController({
        ...own(options, "namespace-controller"),
        informers,
        resources: resourcesBehind(options.env.gates),
      }),
    ],
  },
  {
    name: "pod-garbage-collector-controller",
    make: ({ options, informers }) => [
      podGcController({ ...own(options, "pod-garbage-collector"), informers, endedMax: options.endedPodsMax }),
    ],
  },
  {
    name: "garbage-collector-controller",
    make: ({ options, informers }) => {
      const parts = own(options, "generic-garbage-collector");
      const recorder = createEventRecorder({ ...parts, component: "garbage-collector-controller" });
      const resources = resourcesBehind(options.env.gates);
      return [garbageCollector({ ...parts, informers, resources, recorder }), recorder];
    },
  },
  {
    name: "horizontal-pod-autoscaler-controller",
    make: (making) =>
      withRecorder(making, "horizontal-pod-autoscaler", (recorder) =>
        horizontalPodAutoscaler({
          ...own(making.options, "horizontal-pod-autoscaler"),
          informers: making.informers,
          recorder,
        }),
      ),
  },
  {
    name: "serviceaccount-token-controller",
    make: ({ options, informers }) => {
      const { tokenSigner: signer, caBundle } = options;
      if (signer === undefined) return [];
      return [tokenController({ ...own(options, "token-controller"), informers, signer, caBundle })];
    },
  },
];

/** A controller that plans. `component` is what events name, where that is not the controller's account. */
function planned<View>(
  name: string,
  choose: (options: ControllerManagerOptions) => Controller<View> | undefined,
  component?: string,
): NamedController {
  return {
    name,
    make: ({ options, informers }) => {
      const controller = choose(options);
      return controller === undefined ? [] : runnable({ options, informers }, controller, component);
    },
  };
}

/** The client and the surroundings of a controller, under its own account. */
export function own({ clientAs, env }: ControllerManagerOptions, name: string) {
  return { client: clientAs(`system:serviceaccount:kube-system:${name}`), env };
}

/** A component with the recorder of its events. */
function withRecorder(
  { options }: Making,
  name: string,
  make: (recorder: EventRecorder) => Component,
): readonly [Component, Component] {
  const recorder = createEventRecorder({ ...own(options, name), component: name });
  return [make(recorder), recorder];
}

function runnable<View>(
  { options, informers }: Making,
  controller: Controller<View>,
  component = controller.name,
): readonly [Component, Component] {
  const { client, env } = own(options, controller.name);
  const recorder = createEventRecorder({ client, env, component });
  return [controllerComponent(controller, { client, informers, recorder, env }), recorder];
}
