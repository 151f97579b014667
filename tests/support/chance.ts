/** Chance from a seed, for whatever tests make at random. @module */
export { Chance } from "../simulation/chance.ts";
