import { connection } from "next/server";
import { Suspense } from "react";
import { Chat } from "../components/chat";

/**
 * Under `next start` the page is rendered for every request, the chat included; as a static file it cannot
 * know the address's query, so there the chat begins in the browser.
 */
export default async function Page() {
  if (process.env.NEXT_PUBLIC_EXPORTED !== "true") await connection();
  return (
    <Suspense fallback={<p className="loading">Loading the chat…</p>}>
      <Chat />
    </Suspense>
  );
}
