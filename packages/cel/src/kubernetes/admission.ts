import { plainJson } from "../json/any-json.ts";
import type { JsonType } from "../json-type.ts";
import { boolType, dynType, intType, listType, mapType, recordType, stringType, timestampType } from "../type.ts";

const STRINGS = listType(stringType);
const STRING_MAP = mapType(stringType, stringType);

const groupVersionKind = recordType("kubernetes.GroupVersionKind", {
  group: stringType,
  version: stringType,
  kind: stringType,
});
const groupVersionResource = recordType("kubernetes.GroupVersionResource", {
  group: stringType,
  version: stringType,
  resource: stringType,
});
const userInfo = recordType("kubernetes.UserInfo", {
  username: stringType,
  uid: stringType,
  groups: STRINGS,
  extra: mapType(stringType, STRINGS),
});

/** The variable `request` of admission: the AdmissionRequest without its objects. Like `namespaceJson`, read as plain JSON. */
export const admissionRequestJson: JsonType = plainJson(
  recordType("kubernetes.AdmissionRequest", {
    kind: groupVersionKind,
    resource: groupVersionResource,
    subResource: stringType,
    requestKind: groupVersionKind,
    requestResource: groupVersionResource,
    requestSubResource: stringType,
    name: stringType,
    namespace: stringType,
    operation: stringType,
    userInfo,
    dryRun: boolType,
    options: dynType,
  }),
);

/** The variable `namespaceObject` of admission. */
export const namespaceJson: JsonType = plainJson(
  recordType("kubernetes.Namespace", {
    metadata: recordType("kubernetes.NamespaceMetadata", {
      name: stringType,
      generateName: stringType,
      // Reserved words are known by their escaped names, and may be written as they are.
      namespace: stringType,
      labels: STRING_MAP,
      annotations: STRING_MAP,
      UID: stringType,
      creationTimestamp: timestampType,
      deletionGracePeriodSeconds: intType,
      deletionTimestamp: timestampType,
      generation: intType,
      resourceVersion: stringType,
      finalizers: STRINGS,
    }),
    spec: recordType("kubernetes.NamespaceSpec", { finalizers: STRINGS }),
    status: recordType("kubernetes.NamespaceStatus", {
      conditions: listType(
        recordType("kubernetes.NamespaceCondition", {
          status: stringType,
          type: stringType,
          lastTransitionTime: timestampType,
          message: stringType,
          reason: stringType,
        }),
      ),
      phase: stringType,
    }),
  }),
);
