import { type Infer, bytes, int32, opt, ref, req, string, struct } from "@skates/apimachinery";

export const WebhookClientConfig = struct(
  "admissionregistration.k8s.io/v1.WebhookClientConfig",
  {
    url: opt(3, string, "Its address.", { keepZero: true }),
    service: opt(
      1,
      ref<ServiceReference>(() => ServiceReference),
      "Its service.",
    ),
    caBundle: opt(2, bytes, "Authorities that may have signed its certificate, in PEM."),
  },
  { doc: "How a webhook is reached; url or service." },
);
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}

export const ServiceReference = struct(
  "admissionregistration.k8s.io/v1.ServiceReference",
  {
    namespace: req(1, string, "Its namespace."),
    name: req(2, string, "Its name."),
    path: opt(3, string, "Path of the request.", { keepZero: true }),
    port: opt(4, int32, "Its port.", { keepZero: true, default: 443 }),
  },
  { doc: "A service that answers webhooks." },
);
export interface ServiceReference extends Infer<typeof ServiceReference> {}
