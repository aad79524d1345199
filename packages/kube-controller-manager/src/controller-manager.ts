import { type Component, TaskGroup } from "@skates/component-base";
import { createInformers } from "@skates/controller-runtime";
import { CONTROLLERS } from "./controllers.ts";
import type { ControllerManagerOptions } from "./options.ts";
import { selectControllers } from "./select-controllers.ts";

/** What `--controllers` can name. */
export const CONTROLLER_NAMES: readonly string[] = CONTROLLERS.map(({ name }) => name);

/** The controllers that were chosen, on shared caches. Ends when the first of them fails. */
export function createControllerManager(options: ControllerManagerOptions): Component {
  const { env, clientAs } = options;
  const informers = createInformers(clientAs("system:kube-controller-manager"), env);
  const chosen = selectControllers(options.controllers ?? ["*"], CONTROLLER_NAMES);
  const components = CONTROLLERS.filter(({ name }) => chosen.has(name)).flatMap(({ make }) =>
    make({ options, informers }),
  );
  return {
    name: "kube-controller-manager",
    ready: () => components.every((component) => component.ready()),
    async run(signal) {
      const group = new TaskGroup(signal);
      group.spawn((inner) => informers.run(inner));
      for (const component of components) group.spawn((inner) => component.run(inner));
      env.log.info("controllers are running", { count: chosen.size });
      await group.join();
    },
  };
}
