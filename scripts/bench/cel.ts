/** CEL: CPU of compiling and of evaluating a rule, for rules as definitions and policies have them, over a pod of 20 containers. */
// Run: npx tsx scripts/bench/cel.ts
import { Pod } from "@skates/api/core/v1";
import { jsonTypeOfStruct, kubernetesEnvironment } from "@skates/cel";
import { median, report } from "./lib/figure.ts";

const ROUNDS = 7;
const COMPILATIONS = 50;
const EVALUATIONS = 2_000;

/** Each holds for the pod below. */
const RULES = {
  "a comparison": "self.metadata.name == oldSelf.metadata.name",
  "a condition with has":
    "!has(self.spec.hostNetwork) || !self.spec.hostNetwork || self.metadata.namespace == 'kube-system'",
  "all of 20 containers":
    "self.spec.containers.all(c, c.image.startsWith('registry.example.com/') && c.name.size() < 64)",
  "20 quantities": "self.spec.containers.all(c, quantity(c.resources.limits['memory']).isLessThan(quantity('2Gi')))",
  "20 regular expressions":
    "self.spec.containers.all(c, c.image.matches('^registry[.]example[.]com/[a-z0-9/]+:v[0-9]+$'))",
} as const;

const container = (index: number): object => ({
  name: `container-${index}`,
  image: `registry.example.com/team/app${index}:v${index}`,
  resources: { limits: { memory: "512Mi", cpu: "500m" } },
});
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default", labels: { app: "web" } },
  spec: { containers: Array.from({ length: 20 }, (_, index) => container(index)) },
};
const type = jsonTypeOfStruct(Pod);
const environment = kubernetesEnvironment().extend({ variables: { self: type, oldSelf: type } });

for (const [name, rule] of Object.entries(RULES)) {
  const compile = (): ReturnType<typeof environment.compile> => environment.compile(rule);
  const made = compile();
  if (!made.ok) throw new Error(`${rule}: ${made.message}`);
  const { program } = made;
  const evaluate = (): void => {
    const ended = program.evaluate({ self: pod, oldSelf: pod });
    if (!ended.ok || ended.value !== true) throw new Error(`${rule}: ${JSON.stringify(ended)}`);
  };
  report({ what: `a rule evaluated: ${name}`, value: cpuOf(evaluate, EVALUATIONS), unit: "us" });
  report({ what: `a rule compiled: ${name}`, value: cpuOf(compile, COMPILATIONS), unit: "us" });
}

/** CPU of one call in microseconds: the median of some rounds, after one to warm up. */
function cpuOf(call: () => unknown, calls: number): number {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) call();
    const { user, system } = process.cpuUsage(before);
    if (round > 0) rounds.push((user + system) / calls);
  }
  return median(rounds);
}
