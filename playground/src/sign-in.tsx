import { type FormEvent, useState } from "react";
import { signIn, signOut, useSession } from "./session";

/** The form that signs in, or the name of who is signed in. Every request below then runs as this account. */
export function SignIn() {
  const { login, notice } = useSession();
  return login === null ? <SignInForm notice={notice} /> : <SignedIn login={login} />;
}

function SignInForm({ notice }: { notice: string | null }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    const refusal = await signIn(String(form.get("login")), String(form.get("password")));
    setBusy(false);
    setProblem(refusal);
  }

  const message = problem ?? (busy ? null : notice);
  return (
    <form className="sign-in" onSubmit={submit} aria-label="Sign in">
      <label>
        <span>Username</span>
        <input name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} required aria-describedby="sign-in-message" />
      </label>
      <label>
        <span>Password</span>
        <input name="password" type="password" autoComplete="current-password" required aria-describedby="sign-in-message" />
      </label>
      <button type="submit" disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
      <p id="sign-in-message" className={problem ? "message problem" : "message"} role="alert">
        {message}
      </p>
    </form>
  );
}

function SignedIn({ login }: { login: string }) {
  return (
    <div className="signed-in" role="status">
      <span className="initial" aria-hidden="true">
        {login.charAt(0).toUpperCase()}
      </span>
      <span className="who">
        Signed in as <strong>{login}</strong>
      </span>
      <button type="button" onClick={() => void signOut()}>
        Sign out
      </button>
    </div>
  );
}
