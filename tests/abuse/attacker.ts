/** One attack in a process of its own: `attacker.ts NAME ATTACK`, the attack as JSON. Its last line is the report. @module */
import { type Attack, type AttackName, ATTACKS } from "./attacks.ts";

const [name, attack] = Deno.args;
const report = await ATTACKS[name as AttackName](JSON.parse(attack!) as Attack); // abuse_test.ts wrote both
console.log(JSON.stringify(report));
Deno.exit(0);
