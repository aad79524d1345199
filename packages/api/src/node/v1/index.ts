/** Types of node.k8s.io/v1. */
export { Overhead, RuntimeClass, Scheduling, runtimeClasses } from "./runtime-class.ts";
