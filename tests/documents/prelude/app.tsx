// The React app around the components of the examples.
import { RealtimeProvider, useRealtimeRooms } from "nchat-realtime/react";
import { type ReactElement, type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { userId } from "./given";

/** Says who is signed in, and no more. */
export function AuthProvider({ children }: { children: ReactNode }) {
  return (
    <RealtimeProvider userId={userId} autoConnect={false}>
      {children}
    </RealtimeProvider>
  );
}

/** Shows a component on the page. Returns how to take it off. */
export function show(element: ReactElement): () => void {
  const container = document.body.appendChild(document.createElement("main"));
  const root = createRoot(container);
  root.render(<StrictMode>{element}</StrictMode>);
  return () => root.unmount();
}

/** As {@link show}, in an app that connects the signed-in user. */
export function showSignedIn(element: ReactElement): () => void {
  return show(
    <AuthProvider>
      <RealtimeProvider>{element}</RealtimeProvider>
    </AuthProvider>,
  );
}

/** Joins a room for the components in it. */
export function InRoom({ name, children }: { name: string; children: ReactNode }) {
  useRealtimeRooms({ initialRooms: [name] });
  return children;
}
