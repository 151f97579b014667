import { strict as assert } from "node:assert";
import { ApiError } from "../errors.ts";
import { boundedRequest } from "./bounded.ts";

const options = { bounds: { bodyBytes: 1_000, bodyMs: 1_000, jsonDepth: 4 }, gone: new AbortController().signal };
const json = { "content-type": "application/json" };

function post(body: BodyInit, headers: Record<string, string> = json): Request {
  return new Request("http://x/trpc/a.b", { method: "POST", body, headers });
}

async function codeOf(request: Request): Promise<string> {
  const error = await boundedRequest(request, options).then(() => null, (error: unknown) => error);
  assert.ok(error instanceof ApiError);
  return error.apiCode;
}

Deno.test("[SEC3] a body within the bounds arrives as it was", async () => {
  const text = JSON.stringify({ json: { text: 'zażółć [[[[[[ "{{{{' } });
  assert.equal(await (await boundedRequest(post(text), options)).text(), text);
});

Deno.test("[SEC3] a body that is too long is refused while it comes, whatever it announced", async () => {
  assert.equal(await codeOf(post(`"${"x".repeat(1_000)}"`)), "TooLarge");
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 100;
      controller.enqueue(new TextEncoder().encode("x".repeat(100)));
    },
  });
  assert.equal(await codeOf(post(endless)), "TooLarge");
  assert.ok(pulled <= 2_000, `read ${pulled} bytes`);
  assert.equal(await codeOf(new Request(`http://x/trpc/a?input=${"x".repeat(1_000)}`)), "TooLarge");
});

Deno.test("[SEC3] other methods than GET and POST are malformed, and no bug of the server", async () => {
  for (const method of ["HEAD", "PUT", "DELETE", "PATCH"]) {
    assert.equal(await codeOf(new Request("http://x/trpc/a", { method, headers: json })), "Malformed", method);
  }
});

Deno.test("[SEC3] what is not JSON by its type, not UTF-8, or nests too deep is malformed", async () => {
  assert.equal(await codeOf(post("{}", { "content-type": "multipart/form-data; boundary=x" })), "Malformed");
  assert.equal(await codeOf(post(new Uint8Array([0x22, 0xff, 0x22]))), "Malformed");
  assert.equal(await codeOf(post("[[[[[]]]]]")), "Malformed");
  const deep = encodeURIComponent("[[[[[]]]]]");
  assert.equal(await codeOf(new Request(`http://x/trpc/a?input=${deep}`)), "Malformed");
});
