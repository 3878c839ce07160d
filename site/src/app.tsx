import { signOut } from 'aws-amplify/auth';
import { Home } from './home.js';
import { SignIn } from './sign-in.js';
import { TwoFactor } from './two-factor.js';
import { useUser } from './user.js';

export function App() {
  const user = useUser();
  if (user === undefined) return <p role="status">Loading …</p>;
  if (user === null) return <SignIn />;
  return (
    <>
      <header>
        <span>{user.email}</span>
        <button type="button" onClick={() => void signOut()}>
          Sign out
        </button>
      </header>
      <main key={user.userId}>
        <Home user={user} />
        <TwoFactor />
      </main>
    </>
  );
}
