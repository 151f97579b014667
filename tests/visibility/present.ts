/** Who seems to be in a stream, as far as those who act know. @module */

/** After an event that was accepted. */
export function presentAfter(
  present: readonly string[],
  { type, body, actor }: { type: string; body: Readonly<Record<string, unknown>>; actor: string },
): readonly string[] {
  switch (type) {
    case "add-members":
      return [...new Set([...present, ...body.users as string[]])];
    case "join":
      return [...present, actor];
    case "leave":
      return present.filter((user) => user !== actor);
    case "remove-member":
    case "ban-member":
      return present.filter((user) => user !== body.user);
    default:
      return present;
  }
}
