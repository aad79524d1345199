import { builtinResources } from "@skates/api";
import type { Client } from "@skates/client";
import { type Component, type Env, TaskGroup } from "@skates/component-base";
import {
  type Controller,
  controllerComponent,
  createEventRecorder,
  type EventRecorder,
  createInformers,
  type Informers,
} from "@skates/controller-runtime";
import { cronJobController } from "./cron-job/controller.ts";
import { clusterRoleAggregation } from "./cluster-role-aggregation/controller.ts";
import { daemonSetController } from "./daemon-set/controller.ts";
import { deploymentController } from "./deployment/controller.ts";
import { disruptionController } from "./disruption/controller.ts";
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
import { resourceQuotaController } from "./resource-quota/controller.ts";
import { rootCaController } from "./root-ca/controller.ts";
import { serviceAccountController } from "./service-account/controller.ts";
import { statefulSetController } from "./stateful-set/controller.ts";
import { taintEvictionController } from "./taint-eviction/controller.ts";
import {
  attributesClassProtectionController,
  claimProtectionController,
  volumeProtectionController,
} from "./storage-protection/controllers.ts";
import { ttlAfterFinishedController } from "./ttl-after-finished/controller.ts";

export interface ControllerManagerOptions {
  /**
   * The client of an identity: `system:kube-controller-manager` for the shared caches,
   * `system:serviceaccount:kube-system:<controller>` for each controller's own calls.
   */
  readonly clientAs: (user: string) => Client;
  readonly env: Env;
  /** Certificates in PEM by which pods verify the API server. */
  readonly caBundle: string;
}

/** All controllers, on shared caches. Ends when the first of them fails. */
export function createControllerManager(options: ControllerManagerOptions): Component {
  const { env, clientAs } = options;
  const informers = createInformers(clientAs("system:kube-controller-manager"), env);
  const components = [
    ...planned(options, informers),
    namespaceController({ ...own(options, "namespace-controller"), informers, resources: builtinResources }),
    podGcController({ ...own(options, "pod-garbage-collector"), informers }),
    garbageCollector({ ...own(options, "generic-garbage-collector"), informers, resources: builtinResources }),
    ...withRecorder(options, "horizontal-pod-autoscaler", (recorder) =>
      horizontalPodAutoscaler({ ...own(options, "horizontal-pod-autoscaler"), informers, recorder }),
    ),
  ];
  return {
    name: "kube-controller-manager",
    ready: () => components.every((component) => component.ready()),
    async run(signal) {
      const group = new TaskGroup(signal);
      group.spawn((inner) => informers.run(inner));
      for (const component of components) group.spawn((inner) => component.run(inner));
      env.log.info("controllers are running", { count: components.length });
      await group.join();
    },
  };
}

function own(
  { clientAs, env }: ControllerManagerOptions,
  name: string,
): { readonly client: Client; readonly env: Env } {
  return { client: clientAs(`system:serviceaccount:kube-system:${name}`), env };
}

function planned(options: ControllerManagerOptions, informers: Informers): readonly Component[] {
  return [
    ...runnable(options, informers, replicaSetController),
    ...runnable(options, informers, replicationController),
    ...runnable(options, informers, deploymentController),
    ...runnable(options, informers, statefulSetController),
    ...runnable(options, informers, daemonSetController, "daemonset-controller"),
    ...runnable(options, informers, disruptionController, "controllermanager"),
    ...runnable(options, informers, jobController),
    ...runnable(options, informers, cronJobController),
    ...runnable(options, informers, ttlAfterFinishedController),
    ...runnable(options, informers, claimProtectionController),
    ...runnable(options, informers, volumeProtectionController),
    ...runnable(options, informers, attributesClassProtectionController),
    ...runnable(options, informers, resourceQuotaController),
    ...runnable(options, informers, endpointSliceController),
    ...runnable(options, informers, clusterRoleAggregation),
    ...runnable(options, informers, endpointsController),
    ...runnable(options, informers, endpointSliceMirroringController, "endpoint-slice-mirroring-controller"),
    ...runnable(options, informers, serviceAccountController),
    ...runnable(options, informers, rootCaController(options.caBundle)),
    ...runnable(options, informers, nodeLifecycleController),
    ...runnable(options, informers, taintEvictionController),
  ];
}

/** A component with the recorder of its events. */
function withRecorder(
  options: ControllerManagerOptions,
  name: string,
  make: (recorder: EventRecorder) => Component,
): readonly [Component, Component] {
  const recorder = createEventRecorder({ ...own(options, name), component: name });
  return [make(recorder), recorder];
}

/** A controller with the recorder of its events. `component` is what events name, where that is not the controller's account. */
function runnable<View>(
  options: ControllerManagerOptions,
  informers: Informers,
  controller: Controller<View>,
  component = controller.name,
): readonly [Component, Component] {
  const { client, env } = own(options, controller.name);
  const recorder = createEventRecorder({ client, env, component });
  return [controllerComponent(controller, { client, informers, recorder, env }), recorder];
}
