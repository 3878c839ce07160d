/** Waits for parts that start at the same time. */

/** Like Promise.all, but waits for the others when one fails, so that all that has started can be stopped. */
export async function allOrStop<Values extends readonly unknown[]>(
  ...parts: { [Index in keyof Values]: Promise<Values[Index]> }
): Promise<Values> {
  const results = await Promise.allSettled(parts);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as Values;
}
