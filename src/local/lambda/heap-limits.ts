/**
 * The heap that Lambda's Node.js runtime gives a function, by its memory: a tenth for what is new, and the rest for what stays.
 * Without it V8 goes by the memory of the machine. As /var/runtime/bootstrap has it in Lambda's image of Node.js.
 */

/** Options of Node.js. @param memoryMB 128..10240 */
export function heapLimits(memoryMB: number): string[] {
  const newMB = Math.floor(memoryMB / 10);
  return [`--max-semi-space-size=${Math.floor(newMB / 2)}`, `--max-old-space-size=${memoryMB - newMB}`];
}
