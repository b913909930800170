/** Stands in for the page's `WebSocket`: it connects to nothing, and brings what the test says. */
export class FakeWebSocket {
  static readonly OPEN = 1;
  /** All that were opened. */
  static opened: FakeWebSocket[] = [];
  readyState = 0;
  binaryType = "blob";
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(readonly url: string) {
    FakeWebSocket.opened.push(this);
  }

  open(): void {
    this.readyState = FakeWebSocket.OPEN;
    this.onopen?.(new Event("open"));
  }

  receive(data: unknown): void {
    this.onmessage?.({ data });
  }

  close(): void {
    this.readyState = 2;
  }

  get isClosed(): boolean {
    return this.readyState >= 2;
  }
}
