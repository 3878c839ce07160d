/** Who may sign in: customers with their email address, and the group `admins`. What is closed further: hardening.ts. */
import { defineAuth } from '@aws-amplify/backend';

export const auth = defineAuth({
  loginWith: { email: true },
  // Optional: a customer who wants it can turn it on. Codes come from an app; there is no SMS, which can be hijacked.
  multifactor: { mode: 'OPTIONAL', totp: true },
  // A phone number is never asked for, so it can recover nothing.
  accountRecovery: 'EMAIL_ONLY',
  groups: ['admins'],
});
