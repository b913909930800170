/**
 * The realtime server: `NEXT_PUBLIC_REALTIME_URL`, else the origin that the exported site came from, else
 * the port that the server listens on by itself.
 */
export function serverUrl(): string {
  const sameOrigin = process.env.NEXT_PUBLIC_EXPORTED === "true" && typeof window !== "undefined";
  return (
    process.env.NEXT_PUBLIC_REALTIME_URL ||
    (sameOrigin ? window.location.origin : "http://localhost:3101")
  );
}

/**
 * A token for a user, from the server's development mode. An app with accounts asks its own backend here,
 * which knows who is signed in.
 */
export async function fetchToken(userId: string): Promise<string> {
  const response = await fetch(`${serverUrl()}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId, name: userId }),
  });
  const answer: { token?: string; message?: string } = await response.json();
  if (answer.token === undefined) {
    throw new Error(answer.message ?? `no token for ${userId}: status ${response.status}`);
  }
  return answer.token;
}
