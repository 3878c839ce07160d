import { expect, test } from 'vitest';
import { parseLogin } from '../../../src/database/bootstrap/parse-login.js';

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app-AbC123';
const secret = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

test('reads the name and the password, and passes over the rest', () => {
  const text = secret({ engine: 'postgres', host: 'h', username: 'app', password: ' ~!"$%\\' });

  expect(parseLogin(ARN, text, 'app')).toEqual({ username: 'app', password: ' ~!"$%\\' });
  expect(parseLogin(ARN, text)).toEqual({ username: 'app', password: ' ~!"$%\\' });
});

test.each([
  ['nothing', undefined, 'not of the form'],
  ['a text', 'Vx7Qm2', 'not of the form'],
  ['half an object', '{"username":"app","password":"Vx7Qm2', 'not of the form'],
  ['null', 'null', 'not of the form'],
  ['a password that is a number', { username: 'app', password: 72 }, 'not of the form'],
  ['another user', { username: 'web', password: 'Vx7Qm2' }, 'of the user web, and the user app was expected'],
  ['an empty password', { username: 'app', password: '' }, 'other than printable ASCII'],
  ['a password with an umlaut', { username: 'app', password: 'Vx7Qm2-ü' }, 'other than printable ASCII'],
  ['a password with a line break', { username: 'app', password: 'Vx7Qm2\n' }, 'other than printable ASCII'],
])('%s is rejected with the ARN, and no part of the text', (_, value, reason) => {
  const parse = () => parseLogin(ARN, value === undefined ? undefined : secret(value), 'app');

  expect(parse).toThrow(ARN);
  expect(parse).toThrow(reason);
  expect(parse).not.toThrow('Vx7Qm2');
});
