/** The JSON of a pod of 1.6 kB as users write them, for a scheduler that is not there. `labels` come on top. */
export function podText(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const env = Array.from({ length: 8 }, (_, i) => ({
    name: `VARIABLE_${i}`,
    value: `a value of some length, number ${i}`,
  }));
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      labels: { app: "bench", tier: "web", "app.kubernetes.io/name": "bench", ...labels },
      annotations: { note: "x".repeat(120) },
    },
    spec: {
      schedulerName: "none",
      automountServiceAccountToken: false,
      containers: [
        {
          name: "main",
          image: "registry.example.org/team/application:1.2.3",
          command: ["/bin/application", "--listen=:8080", "--verbose"],
          env,
          ports: [{ name: "http", containerPort: 8080 }],
          resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "256Mi" } },
          readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 5 },
          volumeMounts: [{ name: "scratch", mountPath: "/scratch" }],
        },
      ],
      volumes: [{ name: "scratch", emptyDir: {} }],
    },
  });
}
