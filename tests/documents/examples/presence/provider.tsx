// The provider inside an app's own providers.
import { RealtimeProvider, useRealtimeContext } from "nchat-realtime/react";
import type { ReactNode } from "react";
import { AuthProvider, show } from "../../prelude/app";

function AppProviders({ children }: { children: ReactNode }) {
  return (
    <AuthProvider>
      <RealtimeProvider autoConnect={true} enablePresence={true} enableTyping={true} debug={false}>
        {children}
      </RealtimeProvider>
    </AuthProvider>
  );
}

function Whereabouts() {
  return <output>{useRealtimeContext().connectionState}</output>;
}

export const takeOff = show(
  <AppProviders>
    <Whereabouts />
  </AppProviders>,
);
