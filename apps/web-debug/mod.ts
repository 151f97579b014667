/** The debug console's page, for the server to serve. @module */
export * from "./build.ts";
