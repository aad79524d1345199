import type { Deployment } from "@skates/api/apps/v1";
import type { Service } from "@skates/api/core/v1";

export const DEMO_NAMESPACE = "default";
export const DEMO_NAME = "skates-demo";
export const DEMO_REPLICAS = 3;
/** Made on this machine, never pulled. */
export const DEMO_IMAGE = "docker.io/skates/demo:1";

const LABELS = { "app.kubernetes.io/name": DEMO_NAME };

/** Writes a page that says which pod it is, and serves it. */
const SERVE = 'echo "Hello from $(hostname)" > /www/index.html && exec httpd -f -p 8080 -h /www';

/** What the demo's containers run. */
export const DEMO_COMMAND: readonly string[] = ["sh", "-c", `mkdir -p /www && ${SERVE}`];

/** A small web application. */
export function demoDeployment(): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: DEMO_NAME, namespace: DEMO_NAMESPACE, labels: LABELS },
    spec: {
      replicas: DEMO_REPLICAS,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { name: "", labels: LABELS },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: "web",
              image: DEMO_IMAGE,
              ports: [{ name: "http", containerPort: 8080 }],
              readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1 },
              resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
            },
          ],
        },
      },
    },
  };
}

/** Its address within the cluster. */
export function demoService(): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: DEMO_NAME, namespace: DEMO_NAMESPACE, labels: LABELS },
    spec: { selector: LABELS, ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }] },
  };
}
