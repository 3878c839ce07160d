/** Who is signed in. Amplify keeps the tokens in the browser's storage, and refreshes them. */
import { fetchAuthSession } from 'aws-amplify/auth';
import { Hub } from 'aws-amplify/utils';
import { useEffect, useState } from 'react';

export interface User {
  readonly email: string;
  readonly isAdmin: boolean;
}

/** Undefined until it is known, null when nobody is. Follows each sign-in and sign-out, and a session that has ended. */
export function useUser(): User | null | undefined {
  const [user, setUser] = useState<User | null>();
  useEffect(() => {
    let isCurrent = true;
    const read = async () => {
      const found = await readUser();
      if (isCurrent) setUser(found);
    };
    void read();
    const stop = Hub.listen('auth', ({ payload: { event } }) => {
      if (event === 'signedIn' || event === 'signedOut' || event === 'tokenRefresh_failure') void read();
    });
    return () => {
      isCurrent = false;
      stop();
    };
  }, []);
  return user;
}

async function readUser(): Promise<User | null> {
  try {
    const { tokens } = await fetchAuthSession();
    if (tokens?.idToken === undefined) return null;
    const groups = tokens.accessToken.payload['cognito:groups'];
    return {
      email: String(tokens.idToken.payload.email ?? ''),
      isAdmin: Array.isArray(groups) && groups.includes('admins'),
    };
  } catch {
    // The refresh token has expired or was revoked: sign in again.
    return null;
  }
}
