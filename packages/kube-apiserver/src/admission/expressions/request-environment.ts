import {
  authorizerType,
  boolType,
  type CelEnvironment,
  type CelType,
  dynType,
  intType,
  kubernetesEnvironment,
  listType,
  mapType,
  objectType,
  resourceCheckType,
  stringType,
  timestampType,
} from "@skates/cel";

/** Which variables the expressions of a policy or webhook know besides those of all. */
export interface KnownVariables {
  readonly params: boolean;
  readonly authorizer: boolean;
}

function record(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  return objectType(name, { field: (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined) });
}

const strings = listType(stringType);
const kindType = record("kubernetes.GroupVersionKind", { group: stringType, version: stringType, kind: stringType });
const resourceType = record("kubernetes.GroupVersionResource", {
  group: stringType,
  version: stringType,
  resource: stringType,
});

/** The variable `request`: an admission review's request without its objects. */
export const requestType = record("kubernetes.AdmissionRequest", {
  kind: kindType,
  resource: resourceType,
  subResource: stringType,
  requestKind: kindType,
  requestResource: resourceType,
  requestSubResource: stringType,
  name: stringType,
  namespace: stringType,
  operation: stringType,
  userInfo: record("kubernetes.UserInfo", {
    username: stringType,
    uid: stringType,
    groups: strings,
    extra: mapType(stringType, strings),
  }),
  dryRun: boolType,
  options: dynType,
});

/** The variable `namespaceObject`: a namespace without what others keep in its metadata. */
export const namespaceType = record("kubernetes.Namespace", {
  metadata: record("kubernetes.NamespaceMetadata", {
    name: stringType,
    generateName: stringType,
    namespace: stringType,
    labels: mapType(stringType, stringType),
    annotations: mapType(stringType, stringType),
    // Upstream declares it in capitals.
    UID: stringType,
    creationTimestamp: timestampType,
    deletionGracePeriodSeconds: intType,
    deletionTimestamp: timestampType,
    generation: intType,
    resourceVersion: stringType,
    finalizers: strings,
  }),
  spec: record("kubernetes.NamespaceSpec", { finalizers: strings }),
  status: record("kubernetes.NamespaceStatus", {
    conditions: listType(
      record("kubernetes.NamespaceCondition", {
        status: stringType,
        type: stringType,
        lastTransitionTime: timestampType,
        message: stringType,
        reason: stringType,
      }),
    ),
    phase: stringType,
  }),
});

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
      namespaceObject: namespaceType,
      request: requestType,
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
