/** Who is signed in, as the tokens say. */
import { type AuthUser, fetchAuthSession, getCurrentUser } from 'aws-amplify/auth';
import { Hub } from 'aws-amplify/utils';
import { useEffect, useState } from 'react';

export interface User extends AuthUser {
  email: string;
  isAdmin: boolean;
}

async function readUser(): Promise<User | null> {
  try {
    const { tokens } = await fetchAuthSession();
    const groups = tokens?.accessToken.payload['cognito:groups'];
    return {
      ...(await getCurrentUser()),
      email: String(tokens?.idToken?.payload.email ?? ''),
      isAdmin: Array.isArray(groups) && groups.includes('admins'),
    };
  } catch {
    // Nobody, or somebody whose session has ended.
    return null;
  }
}

/** @returns undefined until it is known, null for nobody */
export function useUser(): User | null | undefined {
  const [user, setUser] = useState<User | null>();
  useEffect(() => {
    const read = async () => setUser(await readUser());
    void read();
    // Signing in and out, and a refresh that is refused because the user was disabled or signed out elsewhere.
    return Hub.listen('auth', () => void read());
  }, []);
  return user;
}
