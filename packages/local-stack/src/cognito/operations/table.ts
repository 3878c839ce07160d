/** Which function answers which operation of Cognito's user pools API. */
import type { Operation } from '../pool-context.js';
import * as account from './account.js';
import * as groups from './admin-groups.js';
import * as admin from './admin-users.js';
import { confirmForgotPassword, forgotPassword } from './forgot-password.js';
import { associateSoftwareToken, setUserMfaPreference, verifySoftwareToken } from './second-factor.js';
import { getTokensFromRefreshToken, initiateAuth, respondToAuthChallenge } from './sign-in.js';
import { globalSignOut, revokeToken } from './sign-out.js';
import { confirmSignUp, resendConfirmationCode, signUp } from './sign-up.js';

/** Open to everyone: what a request needs of a secret is in it. */
export const PUBLIC_OPERATIONS: Readonly<Record<string, Operation>> = {
  SignUp: signUp,
  ConfirmSignUp: confirmSignUp,
  ResendConfirmationCode: resendConfirmationCode,
  InitiateAuth: initiateAuth,
  RespondToAuthChallenge: respondToAuthChallenge,
  GetTokensFromRefreshToken: getTokensFromRefreshToken,
  ForgotPassword: forgotPassword,
  ConfirmForgotPassword: confirmForgotPassword,
  GetUser: account.getUser,
  ChangePassword: account.changePassword,
  UpdateUserAttributes: account.updateUserAttributes,
  DeleteUserAttributes: account.deleteUserAttributes,
  GetUserAttributeVerificationCode: account.getUserAttributeVerificationCode,
  VerifyUserAttribute: account.verifyUserAttribute,
  DeleteUser: account.deleteUser,
  AssociateSoftwareToken: associateSoftwareToken,
  VerifySoftwareToken: verifySoftwareToken,
  SetUserMFAPreference: setUserMfaPreference,
  GlobalSignOut: globalSignOut,
  RevokeToken: revokeToken,
};

/** For requests with the signature of an IAM role. */
export const SIGNED_OPERATIONS: Readonly<Record<string, Operation>> = {
  AdminCreateUser: admin.adminCreateUser,
  AdminGetUser: admin.adminGetUser,
  AdminSetUserPassword: admin.adminSetUserPassword,
  AdminResetUserPassword: admin.adminResetUserPassword,
  AdminConfirmSignUp: admin.adminConfirmSignUp,
  AdminUpdateUserAttributes: admin.adminUpdateUserAttributes,
  AdminDisableUser: admin.adminDisableUser,
  AdminEnableUser: admin.adminEnableUser,
  AdminDeleteUser: admin.adminDeleteUser,
  AdminUserGlobalSignOut: admin.adminUserGlobalSignOut,
  AdminAddUserToGroup: groups.adminAddUserToGroup,
  AdminRemoveUserFromGroup: groups.adminRemoveUserFromGroup,
  AdminListGroupsForUser: groups.adminListGroupsForUser,
  ListUsers: groups.listUsers,
  ListGroups: groups.listGroups,
  ListUsersInGroup: groups.listUsersInGroup,
  GetGroup: groups.getGroup,
};
