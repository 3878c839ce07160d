import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { OTHER_PASSWORD, PASSWORD, poolUnderTest } from './pool-under-test.js';

const { call, refusal, lastCode, inbox, configure, pass, signIn, signedUp, pool } = poolUnderTest();

it('invites a user, who chooses a password at the first sign-in', async () => {
  const Username = 'invited@example.com';
  const { User } = await call('AdminCreateUser', { Username });
  expect(User).toMatchObject({ Enabled: true, UserStatus: 'FORCE_CHANGE_PASSWORD' });
  const temporary = lastCode();
  expect(inbox().messages()[0]?.purpose).toBe('sign in with this temporary password');
  expect((await refusal('AdminCreateUser', { Username }))[0]).toBe('UsernameExistsException');
  const { ChallengeName, ChallengeParameters, Session } = await signIn(Username, temporary);
  expect(ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
  expect(JSON.parse(ChallengeParameters.userAttributes)).toEqual({ email: Username });
  const respond = (NEW_PASSWORD: string) => ({
    ChallengeName,
    Session,
    ChallengeResponses: { USERNAME: Username, NEW_PASSWORD },
  });
  expect((await refusal('RespondToAuthChallenge', respond('weak')))[0]).toBe('InvalidPasswordException');

  const { AuthenticationResult } = await call('RespondToAuthChallenge', respond(PASSWORD));

  expect(AuthenticationResult.AccessToken).toBeDefined();
  expect(await call('AdminGetUser', { Username })).toMatchObject({ UserStatus: 'CONFIRMED' });
  expect((await signIn(Username)).AuthenticationResult).toBeDefined();
});

it('takes the attributes that an invited user adds, where the app client may write them', async () => {
  const Username = 'named@example.com';
  await call('AdminCreateUser', { Username, TemporaryPassword: PASSWORD });
  const { ChallengeName, Session } = await signIn(Username);
  const ChallengeResponses = { USERNAME: Username, NEW_PASSWORD: OTHER_PASSWORD, 'userAttributes.nickname': 'Ada' };
  const response = { ChallengeName, Session, ChallengeResponses };
  expect((await refusal('RespondToAuthChallenge', response))[1]).toBe(
    'A client attempted to write unauthorized attribute',
  );
  configure({ writeAttributes: ['nickname'] });

  const { AuthenticationResult } = await call('RespondToAuthChallenge', response);

  const { UserAttributes } = await call('GetUser', AuthenticationResult);
  expect(UserAttributes).toContainEqual({ Name: 'nickname', Value: 'Ada' });
});

it('ends an invitation after a day, and sends it again', async () => {
  const Username = 'slow@example.com';
  await call('AdminCreateUser', { Username });
  const temporary = lastCode();
  pass({ hours: 25 });
  const AuthParameters = { USERNAME: Username, PASSWORD: temporary };
  expect(await refusal('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters })).toEqual([
    'NotAuthorizedException',
    'Temporary password has expired and must be reset by an administrator.',
  ]);

  await call('AdminCreateUser', { Username, MessageAction: 'RESEND' });

  expect((await signIn(Username, lastCode())).ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
});

it('sets a permanent password, and a temporary one', async () => {
  const Username = 'set@example.com';
  await call('AdminCreateUser', { Username, MessageAction: 'SUPPRESS' });
  await call('AdminSetUserPassword', { Username, Password: OTHER_PASSWORD, Permanent: true });
  expect((await signIn(Username, OTHER_PASSWORD)).AuthenticationResult).toBeDefined();

  await call('AdminSetUserPassword', { Username, Password: PASSWORD });
  expect((await signIn(Username)).ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
});

it('puts a user into a group and takes the user out: the tokens that follow say so', async () => {
  const Username = 'member@example.com';
  await signedUp(Username);
  const groupsOf = async () => decodeJwt((await signIn(Username)).AuthenticationResult.AccessToken)['cognito:groups'];
  const membership = { Username, GroupName: 'auditors' };
  await call('AdminAddUserToGroup', membership);
  await call('AdminAddUserToGroup', membership);
  expect(await groupsOf()).toEqual(['auditors']);
  expect((await call('AdminListGroupsForUser', { Username })).Groups).toEqual([
    { GroupName: 'auditors', UserPoolId: pool().id },
  ]);
  expect((await call('ListUsersInGroup', { GroupName: 'auditors' })).Users).toHaveLength(1);

  await call('AdminRemoveUserFromGroup', membership);
  expect(await groupsOf()).toBeUndefined();
  expect(await refusal('AdminAddUserToGroup', { Username, GroupName: 'others' })).toEqual([
    'ResourceNotFoundException',
    'Group not found.',
  ]);
});

it('disables a user, enables the user again, and deletes', async () => {
  const Username = 'disabled@example.com';
  const { AccessToken, RefreshToken } = await signedUp(Username);
  await call('AdminDisableUser', { Username });
  const AuthParameters = { USERNAME: Username, PASSWORD };
  const signingIn = () => refusal('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters });
  expect(await signingIn()).toEqual(['NotAuthorizedException', 'User is disabled.']);
  expect((await refusal('GetUser', { AccessToken }))[0]).toBe('NotAuthorizedException');
  expect((await refusal('GetTokensFromRefreshToken', { RefreshToken }))[0]).toBe('NotAuthorizedException');

  await call('AdminEnableUser', { Username });
  expect((await signingIn())[0]).toBe('answered');
  expect((await refusal('GetTokensFromRefreshToken', { RefreshToken }))[1]).toBe('Refresh Token has been revoked');

  await call('AdminDeleteUser', { Username });
  expect(await refusal('AdminGetUser', { Username })).toEqual(['UserNotFoundException', 'User does not exist.']);
});

it('asks for a new password after AdminResetUserPassword', async () => {
  const Username = 'reset@example.com';
  await signedUp(Username);
  await call('AdminResetUserPassword', { Username });
  const AuthParameters = { USERNAME: Username, PASSWORD };
  const [name] = await refusal('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters });
  expect(name).toBe('PasswordResetRequiredException');

  await call('ConfirmForgotPassword', { Username, ConfirmationCode: lastCode(), Password: OTHER_PASSWORD });

  expect((await signIn(Username, OTHER_PASSWORD)).AuthenticationResult).toBeDefined();
});

it('confirms a sign-up without its code, and changes attributes', async () => {
  const Username = 'unconfirmed@example.com';
  await call('SignUp', { Username, Password: PASSWORD });
  await call('AdminConfirmSignUp', { Username });
  const UserAttributes = [
    { Name: 'given_name', Value: 'Ada' },
    { Name: 'email_verified', Value: 'true' },
  ];
  await call('AdminUpdateUserAttributes', { Username, UserAttributes });

  const user = await call('AdminGetUser', { Username });
  expect(user.UserStatus).toBe('CONFIRMED');
  expect(user.UserAttributes).toEqual(expect.arrayContaining(UserAttributes));
});

it('lists users by page and filter, and groups', async () => {
  const first = await call('ListUsers', { Limit: 1 });
  expect(first.Users).toHaveLength(1);
  const rest = await call('ListUsers', { PaginationToken: first.PaginationToken });
  expect(first.Users.length + rest.Users.length).toBe(pool().users.all().length);
  const carol = await call('ListUsers', { Filter: 'email = "carol@example.com"' });
  expect(carol.Users.map(({ Username }: { Username: string }) => Username)).toEqual(['carol']);
  expect((await call('ListUsers', { Filter: 'email ^= "alice@"' })).Users).toHaveLength(1);
  expect((await refusal('ListUsers', { Filter: 'email like x' }))[1]).toBe('Error while parsing filter.');
  expect((await call('ListGroups')).Groups.map(({ GroupName }: { GroupName: string }) => GroupName)).toEqual([
    'admins',
    'auditors',
  ]);
  expect((await call('GetGroup', { GroupName: 'admins' })).Group.GroupName).toBe('admins');
});

it('knows one user pool', async () => {
  expect(await refusal('AdminGetUser', { UserPoolId: 'eu-west-1_other', Username: 'carol' })).toEqual([
    'ResourceNotFoundException',
    'User pool eu-west-1_other does not exist.',
  ]);
});
