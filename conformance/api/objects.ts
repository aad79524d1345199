/** A small valid object of every built-in kind, for suites that go through all of them. */

/** What a suite needs to know of a kind beyond what discovery says. */
export interface Sample {
  /** Without kind and apiVersion. */
  readonly object: SampleObject;
  /** A merge patch that changes something besides metadata; absent: only labels are changed. */
  readonly change?: object;
}

export interface SampleObject {
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

const LABELS = { app: "sample" };
const POD = { containers: [{ name: "main", image: "registry.example/sample:1" }] };
const TEMPLATE = { metadata: { labels: LABELS }, spec: POD };
const WEBHOOK = {
  name: "sample.example.com",
  admissionReviewVersions: ["v1"],
  sideEffects: "None",
  failurePolicy: "Ignore",
  clientConfig: { url: "https://webhook.example.com/validate" },
  rules: [{ operations: ["CREATE"], apiGroups: ["none.example.com"], apiVersions: ["v1"], resources: ["nothings"] }],
};
const RULES = {
  resourceRules: [
    { apiGroups: ["none.example.com"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["nothings"] },
  ],
};

const named = (fields: object = {}, name = "sample"): SampleObject => ({ metadata: { name }, ...fields });
/** Of a PEM request made by `openssl req -new -newkey ec -subj /CN=sample`. */
const CSR =
  "-----BEGIN CERTIFICATE REQUEST-----\n" +
  "MIHMMHMCAQAwETEPMA0GA1UEAwwGc2FtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0D\n" +
  "AQcDQgAEMf3FTqXAe6y9oz6G1N9QfvPfWtMLT8h6tH3lI/vqQk+VPvnzxwgXJhpr\n" +
  "QT+54dsx0MtBz7fHY+U7MXjeTZr7pqAAMAoGCCqGSM49BAMCA0kAMEYCIQCupBFb\n" +
  "2zCsQqa3NoX2ULv2jMv4UM1YFEXHr4uR8LZYJAIhAJSw41si6CJVc8V58E/Ky6D5\n" +
  "3GbqvpB/XWR10bnFkfOU\n" +
  "-----END CERTIFICATE REQUEST-----\n";

/** By `<group>/<version> <plural>`, as `builtinResources` names them. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  "v1 configmaps": { object: named({ data: { a: "1" } }), change: { data: { b: "2" } } },
  "v1 endpoints": {
    object: named({ subsets: [{ addresses: [{ ip: "192.0.2.1" }], ports: [{ name: "http", port: 80 }] }] }),
    change: { subsets: null },
  },
  "v1 events": {
    object: named({
      involvedObject: { kind: "Pod", namespace: "samples", name: "x", apiVersion: "v1" },
      reason: "Sampled",
      message: "first",
      type: "Normal",
    }),
    change: { message: "second" },
  },
  "v1 limitranges": {
    object: named({ spec: { limits: [{ type: "PersistentVolumeClaim", max: { storage: "1Gi" } }] } }),
    change: { spec: { limits: [{ type: "PersistentVolumeClaim", max: { storage: "2Gi" } }] } },
  },
  "v1 namespaces": { object: named() },
  "v1 nodes": { object: named({ spec: { podCIDR: "10.99.0.0/24" } }), change: { spec: { unschedulable: true } } },
  "v1 persistentvolumeclaims": {
    object: named({
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "none",
        resources: { requests: { storage: "1Gi" } },
      },
    }),
  },
  "v1 persistentvolumes": {
    object: named({
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        storageClassName: "none",
        hostPath: { path: "/tmp/sample" },
      },
    }),
    change: { spec: { persistentVolumeReclaimPolicy: "Delete" } },
  },
  "v1 pods": {
    object: named({ spec: { ...POD, nodeName: "nowhere", terminationGracePeriodSeconds: 0 } }),
    change: { spec: { activeDeadlineSeconds: 1000 } },
  },
  "v1 podtemplates": { object: named({ template: TEMPLATE }) },
  "v1 replicationcontrollers": {
    object: named({ spec: { replicas: 0, selector: LABELS, template: TEMPLATE } }),
    change: { spec: { minReadySeconds: 5 } },
  },
  "v1 resourcequotas": {
    object: named({ spec: { hard: { "count/nothings.example.com": "5" } } }),
    change: { spec: { hard: { "count/nothings.example.com": "6" } } },
  },
  "v1 secrets": { object: named({ stringData: { a: "1" } }), change: { data: { b: "Mg==" } } },
  "v1 serviceaccounts": { object: named(), change: { automountServiceAccountToken: false } },
  "v1 services": {
    object: named({ spec: { ports: [{ port: 80 }] } }),
    change: { spec: { sessionAffinity: "ClientIP" } },
  },
  "admissionregistration.k8s.io/v1 mutatingadmissionpolicies": {
    object: named({
      spec: {
        matchConstraints: RULES,
        failurePolicy: "Ignore",
        reinvocationPolicy: "Never",
        mutations: [
          {
            patchType: "ApplyConfiguration",
            applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"a": "b"}}}' },
          },
        ],
      },
    }),
  },
  "admissionregistration.k8s.io/v1 mutatingadmissionpolicybindings": {
    object: named({ spec: { policyName: "none" } }),
  },
  "admissionregistration.k8s.io/v1 mutatingwebhookconfigurations": {
    object: named({ webhooks: [{ ...WEBHOOK, reinvocationPolicy: "Never" }] }),
    change: { webhooks: null },
  },
  "admissionregistration.k8s.io/v1 validatingadmissionpolicies": {
    object: named({
      spec: { matchConstraints: RULES, failurePolicy: "Ignore", validations: [{ expression: "true" }] },
    }),
    change: { spec: { failurePolicy: "Fail" } },
  },
  "admissionregistration.k8s.io/v1 validatingadmissionpolicybindings": {
    object: named({ spec: { policyName: "none", validationActions: ["Deny"] } }),
    change: { spec: { validationActions: ["Warn"] } },
  },
  "admissionregistration.k8s.io/v1 validatingwebhookconfigurations": {
    object: named({ webhooks: [WEBHOOK] }),
    change: { webhooks: null },
  },
  "apiextensions.k8s.io/v1 customresourcedefinitions": {
    object: named(
      {
        spec: {
          group: "samples.example.com",
          scope: "Namespaced",
          names: { plural: "samples", kind: "Sample" },
          versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
        },
      },
      "samples.samples.example.com",
    ),
    change: { spec: { names: { shortNames: ["smp"] } } },
  },
  "apiregistration.k8s.io/v1 apiservices": {
    object: named(
      {
        spec: {
          group: "served.example.com",
          version: "v1",
          groupPriorityMinimum: 1000,
          versionPriority: 15,
          insecureSkipTLSVerify: true,
          service: { namespace: "default", name: "none" },
        },
      },
      "v1.served.example.com",
    ),
    change: { spec: { versionPriority: 20 } },
  },
  "apps/v1 controllerrevisions": { object: named({ revision: 1, data: { a: 1 } }), change: { revision: 2 } },
  "apps/v1 daemonsets": {
    object: named({
      spec: {
        selector: { matchLabels: LABELS },
        template: { ...TEMPLATE, spec: { ...POD, nodeSelector: { none: "true" } } },
      },
    }),
    change: { spec: { minReadySeconds: 5 } },
  },
  "apps/v1 deployments": {
    object: named({ spec: { replicas: 0, selector: { matchLabels: LABELS }, template: TEMPLATE } }),
    change: { spec: { minReadySeconds: 5 } },
  },
  "apps/v1 replicasets": {
    object: named({ spec: { replicas: 0, selector: { matchLabels: LABELS }, template: TEMPLATE } }),
    change: { spec: { minReadySeconds: 5 } },
  },
  "apps/v1 statefulsets": {
    object: named({
      spec: { replicas: 0, serviceName: "sample", selector: { matchLabels: LABELS }, template: TEMPLATE },
    }),
    change: { spec: { minReadySeconds: 5 } },
  },
  "autoscaling/v1 horizontalpodautoscalers": {
    object: named(
      { spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "none" }, maxReplicas: 3 } },
      "sample-v1",
    ),
    change: { spec: { maxReplicas: 4 } },
  },
  "autoscaling/v2 horizontalpodautoscalers": {
    object: named({
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "none" }, maxReplicas: 3 },
    }),
    change: { spec: { maxReplicas: 4 } },
  },
  "batch/v1 cronjobs": {
    object: named({
      spec: {
        schedule: "0 0 1 1 *",
        suspend: true,
        jobTemplate: { spec: { template: { spec: { ...POD, restartPolicy: "Never" } } } },
      },
    }),
    change: { spec: { schedule: "0 0 2 1 *" } },
  },
  "batch/v1 jobs": {
    object: named({ spec: { suspend: true, template: { spec: { ...POD, restartPolicy: "Never" } } } }),
    change: { spec: { backoffLimit: 2 } },
  },
  "certificates.k8s.io/v1 certificatesigningrequests": {
    object: named({
      spec: {
        signerName: "example.com/sample",
        usages: ["client auth"],
        request: Buffer.from(CSR).toString("base64"),
      },
    }),
  },
  "coordination.k8s.io/v1 leases": {
    object: named({ spec: { holderIdentity: "a", leaseDurationSeconds: 10 } }),
    change: { spec: { holderIdentity: "b" } },
  },
  "discovery.k8s.io/v1 endpointslices": {
    object: named({ addressType: "IPv4", endpoints: [{ addresses: ["192.0.2.1"] }], ports: [{ name: "", port: 80 }] }),
    change: { ports: [{ name: "", port: 81 }] },
  },
  "events.k8s.io/v1 events": {
    object: named(
      {
        eventTime: "2026-01-01T00:00:00.000000Z",
        reportingController: "example.com/sample",
        reportingInstance: "sample-0",
        action: "Sample",
        reason: "Sampled",
        regarding: { kind: "Pod", namespace: "samples", name: "x", apiVersion: "v1" },
        note: "first",
        type: "Normal",
      },
      "sample-event",
    ),
  },
  "flowcontrol.apiserver.k8s.io/v1 flowschemas": {
    object: named({ spec: { priorityLevelConfiguration: { name: "none" }, matchingPrecedence: 9000 } }),
    change: { spec: { matchingPrecedence: 9001 } },
  },
  "flowcontrol.apiserver.k8s.io/v1 prioritylevelconfigurations": {
    object: named({ spec: { type: "Limited", limited: { limitResponse: { type: "Reject" } } } }),
    change: { spec: { limited: { nominalConcurrencyShares: 5 } } },
  },
  "networking.k8s.io/v1 ingressclasses": { object: named({ spec: { controller: "example.com/sample" } }) },
  "networking.k8s.io/v1 ingresses": {
    object: named({ spec: { defaultBackend: { service: { name: "none", port: { number: 80 } } } } }),
    change: { spec: { ingressClassName: "none" } },
  },
  "networking.k8s.io/v1 ipaddresses": {
    object: named(
      { spec: { parentRef: { resource: "services", namespace: "default", name: "kubernetes" } } },
      "192.0.2.77",
    ),
  },
  "networking.k8s.io/v1 networkpolicies": {
    object: named({ spec: { podSelector: { matchLabels: { app: "none" } }, policyTypes: ["Ingress"] } }),
    change: { spec: { policyTypes: ["Egress"] } },
  },
  "networking.k8s.io/v1 servicecidrs": { object: named({ spec: { cidrs: ["198.51.100.0/24"] } }) },
  "node.k8s.io/v1 runtimeclasses": { object: named({ handler: "sample" }) },
  "policy/v1 poddisruptionbudgets": {
    object: named({ spec: { minAvailable: 1, selector: { matchLabels: { app: "none" } } } }),
    change: { spec: { minAvailable: 2 } },
  },
  "rbac.authorization.k8s.io/v1 clusterrolebindings": {
    object: named({
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "none" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "nobody" }],
    }),
    change: { subjects: null },
  },
  "rbac.authorization.k8s.io/v1 clusterroles": {
    object: named({ rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] }),
    change: { rules: null },
  },
  "rbac.authorization.k8s.io/v1 rolebindings": {
    object: named({
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "none" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "nobody" }],
    }),
    change: { subjects: null },
  },
  "rbac.authorization.k8s.io/v1 roles": {
    object: named({ rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] }),
    change: { rules: null },
  },
  "resource.k8s.io/v1 deviceclasses": {
    object: named({ spec: { selectors: [{ cel: { expression: 'device.driver == "sample.example.com"' } }] } }),
    change: { spec: { selectors: null } },
  },
  "resource.k8s.io/v1 resourceclaims": {
    object: named({
      spec: { devices: { requests: [{ name: "one", exactly: { deviceClassName: "none", allocationMode: "All" } }] } },
    }),
  },
  "resource.k8s.io/v1 resourceclaimtemplates": {
    object: named({
      spec: {
        spec: { devices: { requests: [{ name: "one", exactly: { deviceClassName: "none", allocationMode: "All" } }] } },
      },
    }),
  },
  "resource.k8s.io/v1 resourceslices": {
    object: named({
      spec: {
        driver: "sample.example.com",
        nodeName: "nowhere",
        pool: { name: "nowhere", generation: 1, resourceSliceCount: 1 },
        devices: [{ name: "one" }],
      },
    }),
    change: { spec: { devices: [{ name: "two" }] } },
  },
  "scheduling.k8s.io/v1 priorityclasses": { object: named({ value: 7 }), change: { description: "of no use" } },
  "storage.k8s.io/v1 csidrivers": {
    object: named({ spec: { attachRequired: false } }, "sample.example.com"),
    change: { spec: { requiresRepublish: true } },
  },
  "storage.k8s.io/v1 csinodes": { object: named({ spec: { drivers: [] } }) },
  "storage.k8s.io/v1 csistoragecapacities": {
    object: named({ storageClassName: "none", capacity: "1Gi" }),
    change: { capacity: "2Gi" },
  },
  "storage.k8s.io/v1 storageclasses": {
    object: named({ provisioner: "example.com/sample" }),
    change: { allowVolumeExpansion: true },
  },
  "storage.k8s.io/v1 volumeattachments": {
    object: named({
      spec: { attacher: "sample.example.com", nodeName: "nowhere", source: { persistentVolumeName: "none" } },
    }),
  },
  "storage.k8s.io/v1 volumeattributesclasses": {
    object: named({ driverName: "sample.example.com", parameters: { a: "b" } }),
  },
};
