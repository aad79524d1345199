/**
 * Where built-in kinds depart from the conventions, by `group/plural`. The resources themselves say the same; a test compares.
 *
 * The conventions: names are DNS subdomains; kinds with a spec and a status have a generation that rises with the spec; PUT does not
 * create; updates need no resourceVersion; a status has a subresource; all verbs; stored; Delete for dependents; gone at once.
 */
export interface Departures {
  readonly [groupPlural: string]: readonly string[];
}

/** One line per departure. */
export const departures: Departures = {
  "/bindings": ["verbs: create", "not stored"],
  "/componentstatuses": ["verbs: get list", "not stored"],
  "/endpoints": ["PUT creates"],
  "/events": ["PUT creates", "dependents: None", "expires"],
  "/limitranges": ["PUT creates"],
  "/namespaces": [
    "names: dns1123Label",
    "no generation",
    "verbs: create delete get list patch update watch",
    "prepare",
    "view finalize",
    "holds",
    "marks deletion",
  ],
  "/nodes": ["no generation"],
  "/persistentvolumeclaims": ["no generation", "prepare"],
  "/persistentvolumes": ["no generation", "prepare"],
  "/pods": ["prepare", "view ephemeralcontainers", "view resize", "grace"],
  "/podtemplates": ["generation: template"],
  "/replicationcontrollers": ["dependents: Orphan"],
  "/resourcequotas": ["no generation"],
  "/services": ["names: dns1123Label", "no generation", "PUT creates", "prepare"],
  "admissionregistration.k8s.io/mutatingadmissionpolicies": ["generation: spec"],
  "admissionregistration.k8s.io/mutatingadmissionpolicybindings": ["generation: spec"],
  "admissionregistration.k8s.io/mutatingwebhookconfigurations": ["generation: webhooks"],
  "admissionregistration.k8s.io/validatingadmissionpolicybindings": ["generation: spec"],
  "admissionregistration.k8s.io/validatingwebhookconfigurations": ["generation: webhooks"],
  "apiextensions.k8s.io/customresourcedefinitions": ["resourceVersion required", "prepare"],
  "apiregistration.k8s.io/apiservices": [
    "names: pathSegmentName",
    "no generation",
    "resourceVersion required",
    "prepare",
  ],
  "apps/daemonsets": ["prepare"], // counts changes of the template in an annotation
  "apps/deployments": ["generation: spec metadata.annotations"],
  "authentication.k8s.io/selfsubjectreviews": ["verbs: create", "not stored", "no status subresource"],
  "authentication.k8s.io/tokenreviews": ["verbs: create", "not stored", "no status subresource"],
  "authorization.k8s.io/localsubjectaccessreviews": ["verbs: create", "not stored", "no status subresource"],
  "authorization.k8s.io/selfsubjectaccessreviews": ["verbs: create", "not stored", "no status subresource"],
  "authorization.k8s.io/selfsubjectrulesreviews": ["verbs: create", "not stored", "no status subresource"],
  "authorization.k8s.io/subjectaccessreviews": ["verbs: create", "not stored", "no status subresource"],
  "autoscaling/horizontalpodautoscalers": ["no generation"],
  "batch/jobs": ["prepare", "dependents: Orphan"],
  "certificates.k8s.io/certificatesigningrequests": ["no generation", "prepare", "view approval"],
  "coordination.k8s.io/leases": ["PUT creates", "resourceVersion required"],
  "discovery.k8s.io/endpointslices": ["generation: addressType endpoints ports"],
  "events.k8s.io/events": ["PUT creates", "dependents: None", "expires"],
  "networking.k8s.io/ingressclasses": ["generation: spec"],
  "networking.k8s.io/ipaddresses": ["names: pathSegmentName"],
  "networking.k8s.io/networkpolicies": ["generation: spec"],
  "networking.k8s.io/servicecidrs": ["no generation"],
  "node.k8s.io/runtimeclasses": ["resourceVersion required"],
  "policy/poddisruptionbudgets": ["resourceVersion required"],
  "rbac.authorization.k8s.io/clusterrolebindings": ["names: pathSegmentName", "PUT creates"],
  "rbac.authorization.k8s.io/clusterroles": ["names: pathSegmentName", "PUT creates"],
  "rbac.authorization.k8s.io/rolebindings": ["names: pathSegmentName", "PUT creates"],
  "rbac.authorization.k8s.io/roles": ["names: pathSegmentName", "PUT creates"],
  "resource.k8s.io/deviceclasses": ["generation: spec"],
  "resource.k8s.io/resourceclaims": ["no generation"],
  "resource.k8s.io/resourceslices": ["generation: spec", "prepare"],
  "scheduling.k8s.io/priorityclasses": ["prepare"],
  "storage.k8s.io/csidrivers": ["generation: spec", "resourceVersion required"],
  "storage.k8s.io/csinodes": ["resourceVersion required"],
  "storage.k8s.io/csistoragecapacities": ["resourceVersion required"],
  "storage.k8s.io/volumeattachments": ["no generation", "resourceVersion required"],
};
