// What the stories of the JavaScript clients share: a person at a browser, who is on the other end of stdin and stdout.

import { createInterface } from "node:readline";

export const url = process.env.SERVER;
export const others = JSON.parse(process.env.OTHERS);
export const redirectUri = "urn:ietf:wg:oauth:2.0:oob";
export const scopes = ["read", "write", "follow", "push"];

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Ask the person to do something; gives the answer. */
export async function ask(what, of) {
  console.log(JSON.stringify([what, of]));
  return JSON.parse((await lines.next()).value);
}
