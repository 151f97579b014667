/** Tells an operator what happened, without SQL, parameters or secrets. */
export type Report = (what: string, details: Readonly<Record<string, string | number>>) => void;
