/** Sign in, sign up, confirm, reset a password, and the second factor: what the user pool of amplify/auth asks for. */
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
import { type ReactNode, useState } from 'react';
import { Field, Form, Link, text } from './form.js';

type Step =
  | { readonly name: 'sign-in' | 'sign-up' | 'forgot' | 'totp' | 'new-password' }
  /** The password is at hand right after the sign-up: the user is signed in once the code is confirmed. */
  | { readonly name: 'confirm'; readonly email: string; readonly password?: string }
  | { readonly name: 'reset'; readonly email: string };

const Email = () => <Field label="Email" name="email" type="email" autoComplete="username" />;
const Code = () => <Field label="Code" name="code" inputMode="numeric" autoComplete="one-time-code" />;
const Password = ({ label = 'Password', isNew = false }) => (
  <Field label={label} name="password" type="password" autoComplete={isNew ? 'new-password' : 'current-password'} />
);

export function Authentication() {
  const [step, setStep] = useState<Step>({ name: 'sign-in' });

  const goOn = (nextStep: SignInOutput['nextStep'], email: string) => {
    switch (nextStep.signInStep) {
      case 'DONE':
        return;
      case 'CONFIRM_SIGN_UP':
        return setStep({ name: 'confirm', email });
      case 'CONFIRM_SIGN_IN_WITH_TOTP_CODE':
        return setStep({ name: 'totp' });
      case 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED':
        return setStep({ name: 'new-password' });
      case 'RESET_PASSWORD':
        return setStep({ name: 'reset', email });
      default:
        throw new Error(`The user pool asks for ${nextStep.signInStep}, which this page does not know.`);
    }
  };
  const signInWith = async (email: string, password: string) =>
    goOn((await signIn({ username: email, password })).nextStep, email);
  const answer = async (challengeResponse: string) => goOn((await confirmSignIn({ challengeResponse })).nextStep, '');

  const toSignIn: ReactNode = <Link onClick={() => setStep({ name: 'sign-in' })}>Back to sign in</Link>;
  switch (step.name) {
    case 'sign-in':
      return (
        <Form
          key={step.name}
          title="Sign in"
          submit="Sign in"
          onSubmit={(values) => signInWith(text(values, 'email'), text(values, 'password'))}
          footer={
            <>
              <Link onClick={() => setStep({ name: 'sign-up' })}>Create an account</Link>
              <Link onClick={() => setStep({ name: 'forgot' })}>Forgot your password?</Link>
            </>
          }
        >
          <Email />
          <Password />
        </Form>
      );
    case 'sign-up':
      return (
        <Form
          key={step.name}
          title="Create an account"
          submit="Create account"
          footer={toSignIn}
          onSubmit={async (values) => {
            const [email, password] = [text(values, 'email'), text(values, 'password')];
            await signUp({ username: email, password, options: { userAttributes: { email } } });
            setStep({ name: 'confirm', email, password });
          }}
        >
          <Email />
          <Password isNew />
        </Form>
      );
    case 'confirm':
      return (
        <Form
          key={step.name}
          title="Confirm your email"
          submit="Confirm"
          footer={
            <>
              <Link onClick={() => void resendSignUpCode({ username: step.email })}>Send another code</Link>
              {toSignIn}
            </>
          }
          onSubmit={async (values) => {
            await confirmSignUp({ username: step.email, confirmationCode: text(values, 'code') });
            if (step.password === undefined) setStep({ name: 'sign-in' });
            else await signInWith(step.email, step.password);
          }}
        >
          <p>We have sent a code to {step.email}.</p>
          <Code />
        </Form>
      );
    case 'forgot':
      return (
        <Form
          key={step.name}
          title="Reset your password"
          submit="Send a code"
          footer={toSignIn}
          onSubmit={async (values) => {
            const email = text(values, 'email');
            await resetPassword({ username: email });
            setStep({ name: 'reset', email });
          }}
        >
          <Email />
        </Form>
      );
    case 'reset':
      return (
        <Form
          key={step.name}
          title="Choose a new password"
          submit="Set password"
          footer={toSignIn}
          onSubmit={async (values) => {
            const [code, password] = [text(values, 'code'), text(values, 'password')];
            await confirmResetPassword({ username: step.email, confirmationCode: code, newPassword: password });
            await signInWith(step.email, password);
          }}
        >
          <p>If {step.email} has an account, a code is on its way.</p>
          <Code />
          <Password label="New password" isNew />
        </Form>
      );
    case 'totp':
      return (
        <Form
          key={step.name}
          title="Second factor"
          submit="Sign in"
          footer={toSignIn}
          onSubmit={(values) => answer(text(values, 'code'))}
        >
          <p>Enter the code that your authenticator app shows.</p>
          <Code />
        </Form>
      );
    case 'new-password':
      return (
        <Form
          key={step.name}
          title="Choose a password"
          submit="Set password"
          footer={toSignIn}
          onSubmit={(values) => answer(text(values, 'password'))}
        >
          <Password label="New password" isNew />
        </Form>
      );
  }
}
