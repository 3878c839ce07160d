import { expect, test } from 'vitest';
import { parseLsof } from '../../../src/rds-proxy/port-holder.js';

test('the holder of a port is named by its command and process', () => {
  expect(parseLsof('p4711\ncnode\nf23\n')).toBe('node (process 4711)');
});

test.each(['', 'f23\n', 'p4711\n'])('nobody is named from %j', (output) => {
  expect(parseLsof(output)).toBeUndefined();
});
