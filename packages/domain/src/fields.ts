/** A copy without some of its optional fields: states lack what is empty. */
export function without<T extends object, K extends OptionalKeys<T>>(from: T, ...keys: readonly K[]): T {
  const copy = { ...from };
  for (const key of keys) delete copy[key];
  return copy;
}

/** A copy in which an optional field has a value, or is absent if the value is undefined or an empty list or record. */
export function withField<T extends object, K extends OptionalKeys<T>>(from: T, key: K, value: T[K] | undefined): T {
  return value === undefined || isEmpty(value) ? without(from, key) : { ...from, [key]: value };
}

type OptionalKeys<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? K : never }[keyof T];

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** A record without one of its keys. */
export function withoutKey<K extends string, V>(record: Readonly<Record<K, V>> | undefined, key: K): Record<K, V> {
  const { [key]: _, ...rest } = record ?? {} as Record<K, V>;
  return rest as Record<K, V>;
}
