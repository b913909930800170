// The connection's status in a page's header.
import { ConnectionStatus } from "nchat-realtime/react";
import { showSignedIn } from "../../prelude/app";

function PageHeader() {
  return (
    <header>
      <ConnectionStatus variant="header" showDetails />
    </header>
  );
}

showSignedIn(<PageHeader />);
