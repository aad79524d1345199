/** What the client needs of the machine: kubeconfig files. */
export { type Connection, readKubeconfig } from "./kubeconfig.ts";
