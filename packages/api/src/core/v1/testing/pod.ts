/** A container that nothing is wrong with. For tests. */
export const container = { name: "app", image: "nginx:1.27" };

/** A pod of that container as a client sends it, with what is to be tried. For tests. */
export function pod(spec: object = {}, more: object = {}): object {
  return { spec: { containers: [container], ...spec }, ...more };
}
