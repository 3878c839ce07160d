/** Everything before there is a user: signing in and up, codes, a forgotten password, a second factor. */
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  resendSignUpCode,
  resetPassword,
  type SignInOutput,
  signIn,
  signUp,
} from 'aws-amplify/auth';
import { useState } from 'react';
import { Field, Form } from './form.js';

const FIELDS = {
  email: { label: 'Email', name: 'email', type: 'email', autoComplete: 'username' },
  code: { label: 'Code', name: 'code', inputMode: 'numeric', autoComplete: 'one-time-code' },
  password: { label: 'Password', name: 'password', type: 'password', autoComplete: 'current-password' },
  firstPassword: { label: 'Password', name: 'password', type: 'password', autoComplete: 'new-password' },
  newPassword: { label: 'New password', name: 'password', type: 'password', autoComplete: 'new-password' },
} as const;

const STEPS = {
  signIn: { title: 'Sign in', submit: 'Sign in', fields: ['email', 'password'] },
  signUp: { title: 'Create an account', submit: 'Create account', fields: ['email', 'firstPassword'] },
  confirmSignUp: { title: 'Confirm your address', submit: 'Confirm', fields: ['code'] },
  forgot: { title: 'Forgotten password', submit: 'Send a code', fields: ['email'] },
  reset: { title: 'Choose a new password', submit: 'Set password', fields: ['code', 'newPassword'] },
  totp: { title: 'Second factor', submit: 'Verify', fields: ['code'] },
  newPassword: { title: 'Choose a password of your own', submit: 'Set password', fields: ['newPassword'] },
} as const;
type Step = keyof typeof STEPS;

/** What Cognito asks for next, by its name. The library reports `DONE` to the rest of the page. */
const NEXT: Partial<Record<SignInOutput['nextStep']['signInStep'], Step>> = {
  CONFIRM_SIGN_UP: 'confirmSignUp',
  CONFIRM_SIGN_IN_WITH_TOTP_CODE: 'totp',
  CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED: 'newPassword',
  RESET_PASSWORD: 'forgot',
};

export function SignIn() {
  const [step, setStep] = useState<Step>('signIn');
  const [account, setAccount] = useState({ email: '', password: '' });
  const [note, setNote] = useState('');
  const go = (next: Step, text = '') => {
    setStep(next);
    setNote(text);
  };
  const follow = ({ isSignedIn, nextStep: { signInStep } }: SignInOutput) => {
    const next = NEXT[signInStep];
    if (next !== undefined) go(next);
    else if (!isSignedIn) throw new Error(`This page has no form for ${signInStep}.`);
  };
  const username = account.email;

  const submit: Record<Step, (values: Record<string, string>) => Promise<unknown>> = {
    async signIn({ email = '', password = '' }) {
      setAccount({ email, password });
      follow(await signIn({ username: email, password }));
    },
    async signUp({ email = '', password = '' }) {
      setAccount({ email, password });
      await signUp({ username: email, password, options: { userAttributes: { email } } });
      go('confirmSignUp', `A code was sent to ${email}.`);
    },
    async confirmSignUp({ code = '' }) {
      await confirmSignUp({ username, confirmationCode: code });
      follow(await signIn({ username, password: account.password }));
    },
    async forgot({ email = '' }) {
      setAccount({ email, password: '' });
      await resetPassword({ username: email });
      go('reset', `A code was sent to ${email}, if there is such an account.`);
    },
    async reset({ code = '', password = '' }) {
      await confirmResetPassword({ username, confirmationCode: code, newPassword: password });
      follow(await signIn({ username, password }));
    },
    totp: async ({ code = '' }) => follow(await confirmSignIn({ challengeResponse: code })),
    newPassword: async ({ password = '' }) => follow(await confirmSignIn({ challengeResponse: password })),
  };
  const resend = async () => {
    await resendSignUpCode({ username });
    setNote(`Another code was sent to ${username}.`);
  };

  return (
    <main className="narrow">
      <h1>{STEPS[step].title}</h1>
      <p role="status">{note}</p>
      <Form key={step} submit={STEPS[step].submit} onSubmit={submit[step]}>
        {STEPS[step].fields.map((name) => (
          <Field key={name} {...FIELDS[name]} defaultValue={name === 'email' ? account.email : ''} />
        ))}
      </Form>
      {step === 'confirmSignUp' && <Form submit="Send another code" onSubmit={resend} />}
      <nav aria-label="Other ways">
        {(['signIn', 'signUp', 'forgot'] as const)
          .filter((other) => other !== step)
          .map((other) => (
            <button type="button" key={other} onClick={() => go(other)}>
              {STEPS[other].title}
            </button>
          ))}
      </nav>
    </main>
  );
}
