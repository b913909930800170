/** Asks who is there. A plain form: it answers with `?user=NAME`, also without JavaScript. */
export function SignIn() {
  return (
    <main className="sign-in">
      <h1>Who are you?</h1>
      <p>
        Any name will do: this is a chat for development, and it asks for no password. Open it in a
        second window under another name to talk to yourself.
      </p>
      <form method="get">
        <label htmlFor="user">Your name</label>
        <input
          id="user"
          name="user"
          required
          maxLength={40}
          pattern=".*\S.*"
          title="At least one letter"
          autoComplete="nickname"
          autoCapitalize="none"
        />
        <button type="submit" className="primary">
          Start chatting
        </button>
      </form>
      <p>
        Or be <a href="?user=alice">alice</a> or <a href="?user=bob">bob</a>.
      </p>
    </main>
  );
}
