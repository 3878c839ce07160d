/** Turns the second factor of the signed-in user on or off: codes of an authenticator app. */
import { fetchMFAPreference, setUpTOTP, updateMFAPreference, verifyTOTPSetup } from 'aws-amplify/auth';
import { useEffect, useState } from 'react';
import { Field, Form } from './form.js';

export function TwoFactor() {
  const [isOn, setOn] = useState<boolean>();
  const [secret, setSecret] = useState<string>();
  useEffect(() => {
    fetchMFAPreference().then(
      ({ enabled = [] }) => setOn(enabled.includes('TOTP')),
      () => setOn(undefined),
    );
  }, []);

  const turnOff = async () => {
    await updateMFAPreference({ totp: 'DISABLED' });
    setOn(false);
  };
  const verify = async ({ code = '' }) => {
    await verifyTOTPSetup({ code });
    await updateMFAPreference({ totp: 'PREFERRED' });
    setSecret(undefined);
    setOn(true);
  };
  return (
    <section aria-labelledby="two-factor">
      <h2 id="two-factor">Second factor</h2>
      <p className="quiet">A code of your authenticator app, asked for at each sign-in.</p>
      {isOn === true && <Form submit="Turn off" onSubmit={turnOff} />}
      {isOn === false && secret === undefined && (
        <Form submit="Turn on" onSubmit={async () => setSecret((await setUpTOTP()).sharedSecret)} />
      )}
      {secret !== undefined && (
        <>
          <p>
            Add this key to your authenticator app: <code>{secret}</code>
          </p>
          <Form submit="Verify" onSubmit={verify}>
            <Field label="Code" name="code" inputMode="numeric" autoComplete="one-time-code" />
          </Form>
        </>
      )}
    </section>
  );
}
