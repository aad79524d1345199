import { type CelEnvironment, kubernetesEnvironment } from "@skates/cel";

/** What expressions of configuration files may use, before the variables that each kind of file declares. */
export function configurationExpressions(): CelEnvironment {
  return kubernetesEnvironment();
}
