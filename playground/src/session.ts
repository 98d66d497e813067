import { useSyncExternalStore } from "react";
import documents from "./session.graphql?raw";
import { type Answer, post, sentence } from "./transport";

/** Who is signed in, and until when (milliseconds of this browser's clock). */
interface Session {
  login: string;
  accessToken: string;
  refreshToken: string;
  renewAt: number;
  expiresAt: number;
}

/** What the page shows of the session. */
export interface Status {
  login: string | null;
  notice: string | null;
}

interface SessionPayload {
  session: { accessToken: string; refreshToken: string; expiresAt: string } | null;
  userErrors: { message: string }[];
}

const RELOAD_KEY = "upline:session";
const ENDED = "Your session has ended. Sign in again.";

let session: Session | null = null;
let status: Status = { login: null, notice: null };
let renewing: Promise<void> | null = null;
let timer = 0;
const listeners = new Set<() => void>();

/** Signs in. Answers null, or a sentence that says why not. */
export async function signIn(login: string, password: string): Promise<string | null> {
  try {
    const answer = await send("LogIn", { login, password });
    const next = sessionFrom(answer, "logIn", login);
    if (typeof next === "string") return next;
    become(next, null);
    return null;
  } catch (error) {
    return sentence(error);
  }
}

/** Forgets the tokens at once and tells the server to do so too. */
export async function signOut(): Promise<void> {
  const old = session;
  become(null, null);
  if (!old) return;
  try {
    await send("LogOut", {}, { Authorization: `Bearer ${old.accessToken}` });
  } catch {
    become(null, "Signed out here only: the server was not reached.");
  }
}

/** Ends a session that the server no longer accepts. */
export function endSession(accessToken: string): void {
  if (session?.accessToken === accessToken) become(null, ENDED);
}

/** The access token to send now, renewed first when it is about to expire; null when signed out. */
export async function accessToken(): Promise<string | null> {
  if (session && Date.now() >= session.renewAt) await renew();
  return session?.accessToken ?? null;
}

/** Follows who is signed in. */
export function useSession(): Status {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => status,
  );
}

/** A refresh token works once, so renewals at the same time must be one. */
function renew(): Promise<void> {
  renewing ??= renewOnce().finally(() => {
    renewing = null;
  });
  return renewing;
}

async function renewOnce(): Promise<void> {
  const old = session;
  if (!old) return;
  try {
    const answer = await send("RefreshToken", { refreshToken: old.refreshToken });
    if (session !== old) return;
    const next = sessionFrom(answer, "refreshToken", old.login);
    become(typeof next === "string" ? null : next, typeof next === "string" ? ENDED : null);
  } catch {
    // The server was not reached: the token is still good until it expires, and the next request tries again.
    if (session === old && Date.now() >= old.expiresAt) become(null, ENDED);
  }
}

function send(operationName: string, input: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  return post({ query: documents, operationName, variables: { input } }, headers);
}

function sessionFrom({ result, answeredAt }: Answer, mutation: string, login: string): Session | string {
  const payload = result.data?.[mutation] as SessionPayload | null | undefined;
  const error = payload?.userErrors[0] ?? result.errors?.[0];
  if (error) return error.message;
  if (!payload?.session) return "The server gave no session and no reason. Its log says more.";
  const lifetime = Date.parse(payload.session.expiresAt) - answeredAt;
  const { accessToken, refreshToken } = payload.session;
  const now = Date.now();
  return { login, accessToken, refreshToken, renewAt: now + lifetime - Math.min(60_000, lifetime / 2), expiresAt: now + lifetime };
}

function become(next: Session | null, notice: string | null): void {
  session = next;
  status = { login: next?.login ?? null, notice };
  clearTimeout(timer);
  if (next) timer = window.setTimeout(renew, next.renewAt - Date.now());
  for (const listener of listeners) listener();
}

// The tokens rest in sessionStorage only while the page reloads. A duplicated tab would copy them, both copies
// would use the same refresh token, and the server would rightly take the second use for a theft.
function keepForReload(): void {
  if (session) sessionStorage.setItem(RELOAD_KEY, JSON.stringify(session));
}

function takeAfterReload(): void {
  const kept = sessionStorage.getItem(RELOAD_KEY);
  sessionStorage.removeItem(RELOAD_KEY);
  if (kept && !session) become(JSON.parse(kept) as Session, null);
}

takeAfterReload();
addEventListener("pagehide", keepForReload);
addEventListener("pageshow", takeAfterReload);
