/** Types of scheduling.k8s.io/v1. */
export { PriorityClass, priorityClasses } from "./priority-class.ts";
