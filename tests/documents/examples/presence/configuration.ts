// The server's address from the environment: nothing here names it.
import { realtimeClient } from "nchat-realtime";
import { token } from "../../prelude/given";

await realtimeClient.connect(token);

export const { state } = realtimeClient;
