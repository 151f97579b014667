import postgres from "postgres";

/** What a server answers with this SQLSTATE, as the library gives it. */
export function sqlError(code: string): Error {
  // The library's own class, whose constructor its types do not know.
  const Made = postgres.PostgresError as unknown as new (fields: { code: string; message: string }) => Error;
  return new Made({ code, message: `SQLSTATE ${code}` });
}
