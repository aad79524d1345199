import {
  admissionRequestJson,
  authorizerType,
  type CelEnvironment,
  type CelType,
  dynType,
  kubernetesEnvironment,
  namespaceJson,
  resourceCheckType,
} from "@skates/cel";

/** Which variables the expressions of a policy or webhook know besides those of all. */
export interface KnownVariables {
  readonly params: boolean;
  readonly authorizer: boolean;
}

/** Types that are known more closely when a policy is checked against a kind. */
export interface CloserTypes {
  readonly object?: CelType | undefined;
  readonly params?: CelType | undefined;
}

/** Declares what all expressions about requests know. */
export function requestEnvironment({ params, authorizer }: KnownVariables, types: CloserTypes = {}): CelEnvironment {
  const object = types.object ?? dynType;
  return kubernetesEnvironment().extend({
    variables: {
      object,
      oldObject: object,
      namespaceObject: namespaceJson,
      request: admissionRequestJson,
      ...(params ? { params: types.params ?? dynType } : {}),
      ...(authorizer ? { authorizer: authorizerType, "authorizer.requestResource": resourceCheckType } : {}),
    },
  });
}

/** Environments by what they know, each made once. */
export class RequestEnvironments {
  readonly #made = new Map<string, CelEnvironment>();

  get(known: KnownVariables): CelEnvironment {
    const key = `${known.params} ${known.authorizer}`;
    let environment = this.#made.get(key);
    if (environment === undefined) this.#made.set(key, (environment = requestEnvironment(known)));
    return environment;
  }
}
