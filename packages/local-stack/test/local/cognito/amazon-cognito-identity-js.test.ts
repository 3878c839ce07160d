/** amazon-cognito-identity-js, the client of Amplify before version 6: other code for the same protocol. */
import {
  AuthenticationDetails,
  CognitoRefreshToken,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type PoolServer, startPoolServer } from './pool-server.js';

const PASSWORD = 'Correct-horse-1';

let server: PoolServer;
let userPool: CognitoUserPool;

beforeAll(async () => {
  server = await startPoolServer();
  const { pool, endpoint } = server;
  userPool = new CognitoUserPool({ UserPoolId: pool.id, ClientId: pool.clientId, endpoint });
});
afterAll(() => server.stop());

const userOf = (Username: string) => new CognitoUser({ Username, Pool: userPool });
const called = <Result>(call: (callback: (error: Error | undefined, result: Result) => void) => void) =>
  new Promise<Result>((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));
const signIn = (user: CognitoUser, Password: string, newPassword?: string) =>
  new Promise<CognitoUserSession>((onSuccess, onFailure) => {
    const details = new AuthenticationDetails({ Username: user.getUsername(), Password });
    user.authenticateUser(details, {
      onSuccess,
      onFailure,
      newPasswordRequired: () => user.completeNewPasswordChallenge(newPassword ?? '', {}, { onSuccess, onFailure }),
    });
  });

it('signs up, confirms, signs in by SRP, refreshes, changes the password and signs out', async () => {
  const attributes = [new CognitoUserAttribute({ Name: 'email', Value: 'ada@example.com' })];
  await called((done) => userPool.signUp('ada@example.com', PASSWORD, attributes, [], done as never));
  const user = userOf('ada@example.com');
  await called((done) => user.confirmRegistration(server.inbox.messages()[0]?.code ?? '', true, done));

  const session = await signIn(user, PASSWORD);

  expect(session.isValid()).toBe(true);
  const attributesRead = await called<CognitoUserAttribute[] | undefined>((done) =>
    user.getUserAttributes(done as never),
  );
  expect(attributesRead?.find(({ Name }) => Name === 'email')?.Value).toBe('ada@example.com');
  const token = new CognitoRefreshToken({ RefreshToken: session.getRefreshToken().getToken() });
  const refreshed = await called<CognitoUserSession>((done) => user.refreshSession(token, done as never));
  expect(refreshed.getAccessToken().getJwtToken()).not.toBe(session.getAccessToken().getJwtToken());
  await called((done) => user.changePassword(PASSWORD, 'Battery-staple-2', done as never));
  await new Promise((onSuccess, onFailure) => user.globalSignOut({ onSuccess, onFailure }));
  expect((await signIn(userOf('ada@example.com'), 'Battery-staple-2')).isValid()).toBe(true);
});

it.each(['wrong', 'Local-password-2', `Local-password-1 `])('is refused with the password %j', async (password) => {
  await expect(signIn(userOf('alice'), password)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
});

it('signs a user of local.config.ts in, many times with new random numbers', async () => {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect((await signIn(userOf('carol@example.com'), 'Local-password-1')).getIdToken().payload.email).toBe(
      'carol@example.com',
    );
  }
});
