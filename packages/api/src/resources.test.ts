// What the server serves, as upstream serves it: one line per resource, compared with the resources of this package.
import type { Resource, Verb } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { builtinResources } from "./index.ts";

/** version|kind|plural|short names|categories|scope|verbs|subresources|place in the store, stored version, its hash. */
const RESOURCES = `
admissionregistration.k8s.io/v1|MutatingAdmissionPolicyBinding|mutatingadmissionpolicybindings||api-extensions|cluster|Dcdglpuw||mutatingadmissionpolicybindings admissionregistration.k8s.io/v1beta1 90V5FRZZ3Zg=
admissionregistration.k8s.io/v1|MutatingAdmissionPolicy|mutatingadmissionpolicies||api-extensions|cluster|Dcdglpuw||mutatingadmissionpolicies admissionregistration.k8s.io/v1beta1 LYmCf+UMVdg=
admissionregistration.k8s.io/v1|MutatingWebhookConfiguration|mutatingwebhookconfigurations||api-extensions|cluster|Dcdglpuw||mutatingwebhookconfigurations admissionregistration.k8s.io/v1 Sqi0GUgDaX0=
admissionregistration.k8s.io/v1|ValidatingAdmissionPolicyBinding|validatingadmissionpolicybindings||api-extensions|cluster|Dcdglpuw||validatingadmissionpolicybindings admissionregistration.k8s.io/v1 v9715VZqakg=
admissionregistration.k8s.io/v1|ValidatingAdmissionPolicy|validatingadmissionpolicies||api-extensions|cluster|Dcdglpuw|status:gpu|validatingadmissionpolicies admissionregistration.k8s.io/v1 6OxvlMmQ6is=
admissionregistration.k8s.io/v1|ValidatingWebhookConfiguration|validatingwebhookconfigurations||api-extensions|cluster|Dcdglpuw||validatingwebhookconfigurations admissionregistration.k8s.io/v1 B0wHjQmsGNk=
apiextensions.k8s.io/v1|CustomResourceDefinition|customresourcedefinitions|crd/crds|api-extensions|cluster|Dcdglpuw|status:gpu|apiextensions.k8s.io/customresourcedefinitions apiextensions.k8s.io/v1beta1 jfWCUB31mvA=
apiregistration.k8s.io/v1|APIService|apiservices||api-extensions|cluster|Dcdglpuw|status:gpu|apiregistration.k8s.io/apiservices apiregistration.k8s.io/v1 InPBPD7+PqM=
apps/v1|ControllerRevision|controllerrevisions|||namespaced|Dcdglpuw||controllerrevisions apps/v1 85nkx63pcBU=
apps/v1|DaemonSet|daemonsets|ds|all|namespaced|Dcdglpuw|status:gpu|daemonsets apps/v1 dd7pWHUlMKQ=
apps/v1|Deployment|deployments|deploy|all|namespaced|Dcdglpuw|scale:gpu=autoscaling/v1.Scale status:gpu|deployments apps/v1 8aSe+NMegvE=
apps/v1|ReplicaSet|replicasets|rs|all|namespaced|Dcdglpuw|scale:gpu=autoscaling/v1.Scale status:gpu|replicasets apps/v1 P1RzHs8/mWQ=
apps/v1|StatefulSet|statefulsets|sts|all|namespaced|Dcdglpuw|scale:gpu=autoscaling/v1.Scale status:gpu|statefulsets apps/v1 H+vl74LkKdo=
authentication.k8s.io/v1|SelfSubjectReview|selfsubjectreviews|||cluster|c||-
authentication.k8s.io/v1|TokenReview|tokenreviews|||cluster|c||-
authorization.k8s.io/v1|LocalSubjectAccessReview|localsubjectaccessreviews|||namespaced|c||-
authorization.k8s.io/v1|SelfSubjectAccessReview|selfsubjectaccessreviews|||cluster|c||-
authorization.k8s.io/v1|SelfSubjectRulesReview|selfsubjectrulesreviews|||cluster|c||-
authorization.k8s.io/v1|SubjectAccessReview|subjectaccessreviews|||cluster|c||-
autoscaling/v1|HorizontalPodAutoscaler|horizontalpodautoscalers|hpa|all|namespaced|Dcdglpuw|status:gpu|horizontalpodautoscalers autoscaling/v2 qwQve8ut294=
autoscaling/v2|HorizontalPodAutoscaler|horizontalpodautoscalers|hpa|all|namespaced|Dcdglpuw|status:gpu|horizontalpodautoscalers autoscaling/v2 qwQve8ut294=
batch/v1|CronJob|cronjobs|cj|all|namespaced|Dcdglpuw|status:gpu|cronjobs batch/v1 sd5LIXh4Fjs=
batch/v1|Job|jobs||all|namespaced|Dcdglpuw|status:gpu|jobs batch/v1 mudhfqk/qZY=
certificates.k8s.io/v1|CertificateSigningRequest|certificatesigningrequests|csr||cluster|Dcdglpuw|approval:gpu status:gpu|certificatesigningrequests certificates.k8s.io/v1 95fRKMXA+00=
coordination.k8s.io/v1|Lease|leases|||namespaced|Dcdglpuw||leases coordination.k8s.io/v1 gqkMMb/YqFM=
discovery.k8s.io/v1|EndpointSlice|endpointslices|||namespaced|Dcdglpuw||endpointslices discovery.k8s.io/v1 qgS0xkrxYAI=
events.k8s.io/v1|Event|events|ev||namespaced|Dcdglpuw||events v1 r2yiGXH7wu8=
flowcontrol.apiserver.k8s.io/v1|FlowSchema|flowschemas|||cluster|Dcdglpuw|status:gpu|flowschemas flowcontrol.apiserver.k8s.io/v1 GJVAJZSZBIw=
flowcontrol.apiserver.k8s.io/v1|PriorityLevelConfiguration|prioritylevelconfigurations|||cluster|Dcdglpuw|status:gpu|prioritylevelconfigurations flowcontrol.apiserver.k8s.io/v1 Kir5PVfvNeI=
networking.k8s.io/v1|IPAddress|ipaddresses|ip||cluster|Dcdglpuw||ipaddresses networking.k8s.io/v1 3f/plJFChNE=
networking.k8s.io/v1|IngressClass|ingressclasses|||cluster|Dcdglpuw||ingressclasses networking.k8s.io/v1 l/iqIbDgFyQ=
networking.k8s.io/v1|Ingress|ingresses|ing||namespaced|Dcdglpuw|status:gpu|ingress networking.k8s.io/v1 39NQlfNR+bo=
networking.k8s.io/v1|NetworkPolicy|networkpolicies|netpol||namespaced|Dcdglpuw||networkpolicies networking.k8s.io/v1 YpfwF18m1G8=
networking.k8s.io/v1|ServiceCIDR|servicecidrs|||cluster|Dcdglpuw|status:gpu|servicecidrs networking.k8s.io/v1 gNLvruQhW2g=
node.k8s.io/v1|RuntimeClass|runtimeclasses|||cluster|Dcdglpuw||runtimeclasses node.k8s.io/v1 WQTu1GL3T2Q=
policy/v1|PodDisruptionBudget|poddisruptionbudgets|pdb||namespaced|Dcdglpuw|status:gpu|poddisruptionbudgets policy/v1 EVWiDmWqyJw=
rbac.authorization.k8s.io/v1|ClusterRoleBinding|clusterrolebindings|||cluster|Dcdglpuw||clusterrolebindings rbac.authorization.k8s.io/v1 48tpQ8gZHFc=
rbac.authorization.k8s.io/v1|ClusterRole|clusterroles|||cluster|Dcdglpuw||clusterroles rbac.authorization.k8s.io/v1 bYE5ZWDrJ44=
rbac.authorization.k8s.io/v1|RoleBinding|rolebindings|||namespaced|Dcdglpuw||rolebindings rbac.authorization.k8s.io/v1 eGsCzGH6b1g=
rbac.authorization.k8s.io/v1|Role|roles|||namespaced|Dcdglpuw||roles rbac.authorization.k8s.io/v1 7FuwZcIIItM=
resource.k8s.io/v1|DeviceClass|deviceclasses|||cluster|Dcdglpuw||deviceclasses resource.k8s.io/v1 Yk2PTc1Ybxk=
resource.k8s.io/v1|ResourceClaimTemplate|resourceclaimtemplates|||namespaced|Dcdglpuw||resourceclaimtemplates resource.k8s.io/v1 TuzjC49aUfM=
resource.k8s.io/v1|ResourceClaim|resourceclaims|||namespaced|Dcdglpuw|status:gpu|resourceclaims resource.k8s.io/v1 wgAZaHcZxUg=
resource.k8s.io/v1|ResourceSlice|resourceslices|||cluster|Dcdglpuw||resourceslices resource.k8s.io/v1 KsC072WgaEY=
scheduling.k8s.io/v1|PriorityClass|priorityclasses|pc||cluster|Dcdglpuw||priorityclasses scheduling.k8s.io/v1 1QwjyaZjj3Y=
storage.k8s.io/v1|CSIDriver|csidrivers|||cluster|Dcdglpuw||csidrivers storage.k8s.io/v1 hL6j/rwBV5w=
storage.k8s.io/v1|CSINode|csinodes|||cluster|Dcdglpuw||csinodes storage.k8s.io/v1 Pe62DkZtjuo=
storage.k8s.io/v1|CSIStorageCapacity|csistoragecapacities|||namespaced|Dcdglpuw||csistoragecapacities storage.k8s.io/v1 xeVl+2Ly1kE=
storage.k8s.io/v1|StorageClass|storageclasses|sc||cluster|Dcdglpuw||storageclasses storage.k8s.io/v1 K+m6uJwbjGY=
storage.k8s.io/v1|VolumeAttachment|volumeattachments|||cluster|Dcdglpuw|status:gpu|volumeattachments storage.k8s.io/v1 tJx/ezt6UDU=
storage.k8s.io/v1|VolumeAttributesClass|volumeattributesclasses|vac||cluster|Dcdglpuw||volumeattributesclasses storage.k8s.io/v1 tIjydgKBC5w=
v1|Binding|bindings|||namespaced|c||-
v1|ComponentStatus|componentstatuses|cs||cluster|gl||-
v1|ConfigMap|configmaps|cm||namespaced|Dcdglpuw||configmaps v1 qFsyl6wFWjQ=
v1|Endpoints|endpoints|ep||namespaced|Dcdglpuw||services/endpoints v1 fWeeMqaN/OA=
v1|Event|events|ev||namespaced|Dcdglpuw||events v1 r2yiGXH7wu8=
v1|LimitRange|limitranges|limits||namespaced|Dcdglpuw||limitranges v1 EBKMFVe6cwo=
v1|Namespace|namespaces|ns||cluster|cdglpuw|finalize:u status:gpu|namespaces v1 Q3oi5N2YM8M=
v1|Node|nodes|no||cluster|Dcdglpuw|proxy:cdgpu!=v1.NodeProxyOptions status:gpu|minions v1 XwShjMxG9Fs=
v1|PersistentVolumeClaim|persistentvolumeclaims|pvc||namespaced|Dcdglpuw|status:gpu|persistentvolumeclaims v1 QWTyNDq0dC4=
v1|PersistentVolume|persistentvolumes|pv||cluster|Dcdglpuw|status:gpu|persistentvolumes v1 HN/zwEC+JgM=
v1|PodTemplate|podtemplates|||namespaced|Dcdglpuw||podtemplates v1 LIXB2x4IFpk=
v1|Pod|pods|po|all|namespaced|Dcdglpuw|attach:cg!=v1.PodAttachOptions binding:c=v1.Binding ephemeralcontainers:gpu eviction:c=policy/v1.Eviction exec:cg!=v1.PodExecOptions log:g portforward:cg!=v1.PodPortForwardOptions proxy:cdgpu!=v1.PodProxyOptions resize:gpu status:gpu|pods v1 xPOwRZ+Yhw8=
v1|ReplicationController|replicationcontrollers|rc|all|namespaced|Dcdglpuw|scale:gpu=autoscaling/v1.Scale status:gpu|controllers v1 Jond2If31h0=
v1|ResourceQuota|resourcequotas|quota||namespaced|Dcdglpuw|status:gpu|resourcequotas v1 8uhSgffRX6w=
v1|Secret|secrets|||namespaced|Dcdglpuw||secrets v1 S6u1pOWzb84=
v1|ServiceAccount|serviceaccounts|sa||namespaced|Dcdglpuw|token:c=authentication.k8s.io/v1.TokenRequest|serviceaccounts v1 pbx9ZvyFpBE=
v1|Service|services|svc|all|namespaced|Dcdglpuw|proxy:cdgpu!=v1.ServiceProxyOptions status:gpu|services/specs v1 0/CO1lhkEBI=
`;

/** resource|columns of its table; `*`: with `-o wide` only; `:type` where it is not text. */
const TABLES = `
admissionregistration.k8s.io/v1 mutatingadmissionpolicies|Name, Mutations:integer, ParamKind, Age
admissionregistration.k8s.io/v1 mutatingadmissionpolicybindings|Name, PolicyName, ParamRef, Age
admissionregistration.k8s.io/v1 mutatingwebhookconfigurations|Name, Webhooks:integer, Age
admissionregistration.k8s.io/v1 validatingadmissionpolicies|Name, Validations:integer, ParamKind, Age
admissionregistration.k8s.io/v1 validatingadmissionpolicybindings|Name, PolicyName, ParamRef, Age
admissionregistration.k8s.io/v1 validatingwebhookconfigurations|Name, Webhooks:integer, Age
apiextensions.k8s.io/v1 customresourcedefinitions|Name, Created At:date
apiregistration.k8s.io/v1 apiservices|Name, Service, Available, Age
apps/v1 controllerrevisions|Name, Controller, Revision, Age
apps/v1 daemonsets|Name, Desired:integer, Current:integer, Ready:integer, Up-to-date:integer, Available:integer, Node Selector, Age, Containers*, Images*, Selector*
apps/v1 deployments|Name, Ready, Up-to-date, Available, Age, Containers*, Images*, Selector*
apps/v1 replicasets|Name, Desired:integer, Current:integer, Ready:integer, Age, Containers*, Images*, Selector*
apps/v1 statefulsets|Name, Ready, Age, Containers*, Images*
authentication.k8s.io/v1 selfsubjectreviews|
authentication.k8s.io/v1 tokenreviews|
authorization.k8s.io/v1 localsubjectaccessreviews|
authorization.k8s.io/v1 selfsubjectaccessreviews|
authorization.k8s.io/v1 selfsubjectrulesreviews|
authorization.k8s.io/v1 subjectaccessreviews|
autoscaling/v1 horizontalpodautoscalers|Name, Reference, Targets, MinPods, MaxPods, Replicas, Age
autoscaling/v2 horizontalpodautoscalers|Name, Reference, Targets, MinPods, MaxPods, Replicas, Age
batch/v1 cronjobs|Name, Schedule, Timezone, Suspend:boolean, Active:integer, Last Schedule, Age, Containers*, Images*, Selector*
batch/v1 jobs|Name, Status, Completions, Duration, Age, Containers*, Images*, Selector*
certificates.k8s.io/v1 certificatesigningrequests|Name, Age, SignerName, Requestor, RequestedDuration, Condition
coordination.k8s.io/v1 leases|Name, Holder, Age
discovery.k8s.io/v1 endpointslices|Name, AddressType, Ports, Endpoints, Age
events.k8s.io/v1 events|Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name*
flowcontrol.apiserver.k8s.io/v1 flowschemas|Name, PriorityLevel, MatchingPrecedence, DistinguisherMethod, Age, MissingPL
flowcontrol.apiserver.k8s.io/v1 prioritylevelconfigurations|Name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age
networking.k8s.io/v1 ingressclasses|Name, Controller, Parameters, Age
networking.k8s.io/v1 ingresses|Name, Class, Hosts, Address, Ports, Age
networking.k8s.io/v1 ipaddresses|Name, ParentRef
networking.k8s.io/v1 networkpolicies|Name, Pod-Selector, Age
networking.k8s.io/v1 servicecidrs|Name, CIDRs, Age
node.k8s.io/v1 runtimeclasses|Name, Handler, Age
policy/v1 poddisruptionbudgets|Name, Min Available, Max Unavailable, Allowed Disruptions:integer, Age
rbac.authorization.k8s.io/v1 clusterrolebindings|Name, Role, Age, Users*, Groups*, ServiceAccounts*
rbac.authorization.k8s.io/v1 clusterroles|Name, Created At:date
rbac.authorization.k8s.io/v1 rolebindings|Name, Role, Age, Users*, Groups*, ServiceAccounts*
rbac.authorization.k8s.io/v1 roles|Name, Created At:date
resource.k8s.io/v1 deviceclasses|Name, Age
resource.k8s.io/v1 resourceclaims|Name, State, Age
resource.k8s.io/v1 resourceclaimtemplates|Name, Age
resource.k8s.io/v1 resourceslices|Name, Node, Driver, Pool, Age
scheduling.k8s.io/v1 priorityclasses|Name, Value:integer, Global-Default:boolean, Age, PreemptionPolicy
storage.k8s.io/v1 csidrivers|Name, AttachRequired:boolean, PodInfoOnMount:boolean, StorageCapacity:boolean, TokenRequests, RequiresRepublish:boolean, Modes, Age
storage.k8s.io/v1 csinodes|Name, Drivers:integer, Age
storage.k8s.io/v1 csistoragecapacities|Name, StorageClassName, Capacity
storage.k8s.io/v1 storageclasses|Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age
storage.k8s.io/v1 volumeattachments|Name, Attacher, PV, Node, Attached:boolean, Age
storage.k8s.io/v1 volumeattributesclasses|Name, DriverName, Age
v1 bindings|
v1 componentstatuses|Name, Status, Message, Error
v1 configmaps|Name, Data, Age
v1 endpoints|Name, Endpoints, Age
v1 events|Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name*
v1 limitranges|Name, Created At:date
v1 namespaces|Name, Status, Age
v1 nodes|Name, Status, Roles, Age, Version, Internal-IP*, External-IP*, OS-Image*, Kernel-Version*, Container-Runtime*
v1 persistentvolumeclaims|Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, VolumeMode*
v1 persistentvolumes|Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age, VolumeMode*
v1 pods|Name, Ready, Status, Restarts, Age, IP*, Node*, Nominated Node*, Readiness Gates*
v1 podtemplates|Name, Containers, Images, Pod Labels
v1 replicationcontrollers|Name, Desired:integer, Current:integer, Ready:integer, Age, Containers*, Images*, Selector*
v1 resourcequotas|Name, Request, Limit, Age
v1 secrets|Name, Type, Data, Age
v1 serviceaccounts|Name, Age
v1 services|Name, Type, Cluster-IP, External-IP, Port(s), Age, Selector*
`;

const LETTERS: Readonly<Record<Verb, string>> = {
  create: "c",
  delete: "d",
  deletecollection: "D",
  get: "g",
  list: "l",
  patch: "p",
  update: "u",
  watch: "w",
};

function letters(verbs: readonly Verb[]): string {
  return verbs
    .map((verb) => LETTERS[verb])
    .sort()
    .join("");
}

function apiVersionOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === "" ? version : `${group}/${version}`;
}

function lineOf(resource: Resource): string {
  const subresources = [...resource.subresources]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((sub) => {
      const own = apiVersionOf(sub) === apiVersionOf(resource) && sub.kind === resource.kind;
      return `${sub.name}:${letters(sub.verbs)}${sub.connect === true ? "!" : ""}${own ? "" : `=${apiVersionOf(sub)}.${sub.kind}`}`;
    });
  const { storagePrefix, storageVersion, storageVersionHash } = resource;
  return [
    apiVersionOf(resource),
    resource.kind,
    resource.plural,
    resource.shortNames.join("/"),
    resource.categories.join("/"),
    resource.namespaced ? "namespaced" : "cluster",
    letters(resource.verbs),
    subresources.join(" "),
    storagePrefix === undefined ? "-" : `${storagePrefix} ${storageVersion} ${storageVersionHash}`,
  ].join("|");
}

test("resources, verbs, subresources and storage are upstream's", () => {
  expect(builtinResources.map(lineOf).sort().join("\n")).toBe(RESOURCES.trim());
});

function tableOf(resource: Resource): string {
  const columns = resource.columns.map(
    ({ name, priority, type }) => `${name}${priority > 0 ? "*" : ""}${type === "string" ? "" : `:${type}`}`,
  );
  const fallback = resource.storagePrefix === undefined ? "" : "Name, Created At:date";
  return `${apiVersionOf(resource)} ${resource.plural}|${columns.length === 0 ? fallback : columns.join(", ")}`;
}

test("tables have upstream's columns", () => {
  expect(builtinResources.map(tableOf).sort().join("\n")).toBe(TABLES.trim());
});
