/** What one benchmark gave, and on what: enough to write the page anew without measuring. */
import { z } from 'zod';

const row = z.object({
  benchmark: z.string(),
  name: z.string(),
  ours: z.string(),
  baseline: z.string(),
  ratio: z.string(),
  threshold: z.string(),
  isPassed: z.boolean(),
});

export const resultSchema = z.object({
  name: z.string(),
  description: z.string(),
  /** Of the day in UTC: 2026-11-25. */
  measuredOn: z.string(),
  seconds: z.number(),
  machine: z.string(),
  rows: z.array(row),
  skipped: z.string().optional(),
});
export type Result = z.infer<typeof resultSchema>;
