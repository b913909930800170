/** A name's first letter on a colour of its own. Says nothing to screen readers: the name stands beside it. */
export function Avatar({ name }: { name: string }) {
  const [letter = "?"] = name;
  return (
    <span className="avatar" style={{ "--hue": hueOf(name) }} aria-hidden="true">
      {letter.toUpperCase()}
    </span>
  );
}

function hueOf(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return hash;
}
