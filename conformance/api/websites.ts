import { type Deployment, deployments } from "@skates/api/apps/v1";
import { type CustomObject, defineResource } from "@skates/api/custom-resource";
import { type Infer, int32, keyOf, type ObjectKey, opt, req, string, struct } from "@skates/apimachinery";
import {
  type AdmissionWebhook,
  type Controller,
  controllerReference,
  creation,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
  update,
  watch,
} from "@skates/controller-runtime";

const WebsiteSpec = struct("example.com/v1.WebsiteSpec", {
  image: req(1, string, "What serves the pages.", { minLength: 1 }),
  replicas: opt(2, int32, "How many serve them.", { default: 2, minimum: 0, maximum: 10 }),
});
type WebsiteSpec = Infer<typeof WebsiteSpec>;
const WebsiteStatus = struct("example.com/v1.WebsiteStatus", { ready: opt(1, int32, "How many of them are ready.") });
type Website = CustomObject<WebsiteSpec, Infer<typeof WebsiteStatus>>;

export const websites = defineResource({
  group: "example.com",
  version: "v1",
  kind: "Website",
  plural: "websites",
  spec: WebsiteSpec,
  status: WebsiteStatus,
});

interface WebsiteView {
  readonly websites: Lister<Website>;
  readonly deployments: Lister<Deployment>;
}

/** A Deployment for each website, of its name, and its count of ready pods in the website's status. */
export const websiteController: Controller<WebsiteView> = {
  name: "website-controller",
  watches: [
    watch({ resource: websites, keys: (website) => [keyOf(website)] }),
    watch({ resource: deployments, keys: (deployment) => [keyOf(deployment)] }),
  ],
  view: (listers) => ({ websites: listers.for(websites), deployments: listers.for(deployments) }),
  plan(view: WebsiteView, key: ObjectKey): Plan {
    const website = view.websites.get(key);
    if (website === undefined || website.metadata.deletionTimestamp !== undefined) return NOTHING;
    const found = view.deployments.get(key);
    const wanted = deploymentOf(website);
    if (found === undefined) {
      const message = `Created deployment ${key.name}`;
      const told = { about: website, type: "Normal", reason: "Created", message } as const;
      return { stages: [[creation(deployments, wanted, told)]] };
    }
    const [container] = found.spec.template.spec?.containers ?? [];
    const { image, replicas } = website.spec;
    if (container?.image !== image || found.spec.replicas !== replicas) {
      return { stages: [[update(deployments, { ...found, spec: { ...wanted.spec, selector: found.spec.selector } })]] };
    }
    const ready = found.status?.readyReplicas ?? 0;
    if (ready === (website.status?.ready ?? 0)) return NOTHING;
    return { stages: [[statusUpdate(websites, { ...website, status: { ready } })]] };
  },
};

function deploymentOf(website: Website): Deployment {
  const { name, namespace } = website.metadata;
  const labels = { website: name };
  return {
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: { name, namespace, ownerReferences: [controllerReference(website)] },
    spec: {
      replicas: website.spec.replicas,
      selector: { matchLabels: labels },
      template: { metadata: { name: "", labels }, spec: { containers: [{ name: "web", image: website.spec.image }] } },
    },
  };
}

/** Images without a tag get one; those of another registry are refused. */
export const reviewWebsite: AdmissionWebhook = ({ object }) => {
  const website = object as Website | undefined;
  if (website === undefined) return { allowed: true };
  const { image } = website.spec;
  if (image.includes("/")) return { allowed: false, message: `${image} is not an image of this registry` };
  if (image.includes(":")) return { allowed: true };
  return { allowed: true, object: { ...website, spec: { ...website.spec, image: `${image}:stable` } } as Website };
};
