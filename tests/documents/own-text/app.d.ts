// What the documents' examples leave to the app around them, and to the test runner.

declare const user: { id: string; token: string };
declare const userId: string;
declare const viewerId: string;
declare const targetId: string;
declare const token: string;
declare const channelId: string;
declare const threadId: string;
declare const messageId: string;
declare const messageId1: string;
declare const messageId2: string;
declare const clientMessageId: string;
declare const totalRecipients: number;
declare const content: string;
declare const inputValue: string;
declare const messageContent: string;

declare function generateId(): string;
declare function showToast(text: string): void;
declare function formatRelative(date: Date): string;
declare const AuthProvider: (props: { children: React.ReactNode }) => React.ReactElement;
declare const useEffect: typeof import("react").useEffect;
declare const process: { env: Record<string, string | undefined> };

declare function describe(subject: string, body: () => void): void;
declare function it(behaviour: string, body: () => Promise<void>): void;
declare function expect(value: unknown): { toHaveProperty(name: string): void };
