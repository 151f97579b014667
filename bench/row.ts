import { median, spread } from "./stats.ts";

/** One figure, in the form of `--json`. */
export interface Row {
  name: string;
  /** Median of the repetitions. */
  value: number;
  unit: string;
  /** What it is compared with, e.g. `single p50 = 0.81 ms`. */
  yardstick: string;
  /** value ÷ the yardstick's value; for an absolute figure, value ÷ wanted. */
  ratio: number;
  /** The condition, e.g. `<= 2 x single`. */
  wanted: string;
  met: boolean;
  /** (largest − smallest) ÷ median over the repetitions. */
  spread: number;
}

export interface Comparison {
  name: string;
  unit: string;
  /** One value a repetition. */
  values: readonly number[];
  against: { name: string; values: readonly number[] };
  wanted: { atLeast: number } | { atMost: number };
}

/** A figure as a ratio to a yardstick measured in the same run. */
export function compared(c: Comparison): Row {
  const value = median(c.values);
  const base = median(c.against.values);
  const ratio = value / base;
  const [sign, bound] = "atLeast" in c.wanted ? [">=", c.wanted.atLeast] as const : ["<=", c.wanted.atMost] as const;
  return {
    name: c.name,
    value: rounded(value),
    unit: c.unit,
    yardstick: `${c.against.name} = ${rounded(base)} ${c.unit}`,
    ratio: rounded(ratio),
    wanted: `${sign} ${bound} x ${c.against.name}`,
    met: sign === ">=" ? ratio >= bound : ratio <= bound,
    spread: rounded(spread(c.values)),
  };
}

export interface Absolute {
  name: string;
  unit: string;
  values: readonly number[];
  wanted: { atLeast: number } | { atMost: number };
}

/** A figure with a fixed bound. */
export function absolute(a: Absolute): Row {
  const value = median(a.values);
  const [sign, bound] = "atLeast" in a.wanted ? [">=", a.wanted.atLeast] as const : ["<=", a.wanted.atMost] as const;
  return {
    name: a.name,
    value: rounded(value),
    unit: a.unit,
    yardstick: `${bound} ${a.unit}`,
    ratio: rounded(value / bound),
    wanted: `${sign} ${bound} ${a.unit}`,
    met: sign === ">=" ? value >= bound : value <= bound,
    spread: rounded(spread(a.values)),
  };
}

function rounded(n: number): number {
  return Number(n.toPrecision(4));
}

/** The rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const header = ["figure", "value", "yardstick", "ratio", "wanted", "met", "spread"];
  const lines = rows.map((row) => [
    row.name,
    `${row.value} ${row.unit}`,
    row.yardstick,
    String(row.ratio),
    row.wanted,
    row.met ? "yes" : "NO",
    `${Math.round(row.spread * 100)} %`,
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)));
  return [header, ...lines].map((line) => line.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd()).join(
    "\n",
  );
}
