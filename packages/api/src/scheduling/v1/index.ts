/** Types of scheduling.k8s.io/v1. */
export { PriorityClass, priorityClasses } from "./priority-class.ts";
export { HIGHEST_USER_PRIORITY, SYSTEM_PRIORITY_CLASSES } from "./priority-class-strategy.ts";
