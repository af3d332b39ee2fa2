// masto.js, unmodified, through everything around people: from registering an app to leaving.

import assert from "node:assert/strict";
import { createOAuthAPIClient, createRestAPIClient } from "masto";
import { ask, others, redirectUri, scopes, url } from "./story.mjs";

const [first, second, third] = others;
const oauth = createOAuthAPIClient({ url });
const app = await createRestAPIClient({ url }).v1.apps.create({
  clientName: "masto", redirectUris: redirectUri, scopes: scopes.join(" "),
});
const { clientId, clientSecret } = app;
const query = new URLSearchParams({
  client_id: clientId, redirect_uri: redirectUri, scope: scopes.join(" "), response_type: "code",
});
const code = await ask("sign in", `${url}/oauth/authorize?${query}`);
const token = await oauth.token.create({ grantType: "authorization_code", clientId, clientSecret, redirectUri, code });
const client = createRestAPIClient({ url, accessToken: token.accessToken });
const { accounts, followRequests, lists } = client.v1;

// My own account.
assert.equal((await client.v1.apps.verifyCredentials()).name, "masto");
const me = await accounts.verifyCredentials();
const picture = new Blob([Buffer.from(await ask("picture"), "base64")], { type: "image/png" });
const changed = await accounts.updateCredentials({
  displayName: "Zoë", note: "Hello", locked: true, avatar: picture,
  fieldsAttributes: [{ name: "Site", value: "https://example.org" }], source: { language: "de" },
});
assert.deepEqual(
  [changed.displayName, changed.locked, changed.source.language, changed.fields[0].name],
  ["Zoë", true, "de", "Site"],
);
assert.notEqual(changed.avatar, me.avatar);
assert.equal((await client.v1.preferences.fetch())["posting:default:visibility"], "private");

// Requests to follow me, in pages by the Link header.
await ask("others ask");
const pages = [];
for await (const page of followRequests.list({ limit: 2 })) pages.push(page.map((account) => account.id));
assert.deepEqual(pages.flat(), [third, second, first]);
assert.equal((await followRequests.$select(first).authorize()).followedBy, true);
assert.equal((await followRequests.$select(second).reject()).requestedBy, false);
await assert.rejects(followRequests.$select(second).reject(), { statusCode: 404 });
assert.deepEqual((await accounts.$select(me.id).followers.list()).map((account) => account.id), [first]);
await accounts.$select(first).removeFromFollowers();
assert.equal((await accounts.$select(me.id).fetch()).followersCount, 0);

// Following with options, notes, endorsements, lists.
const followed = await accounts.$select(first).follow({ reblogs: false, notify: true, languages: ["de"] });
assert.deepEqual([followed.following, followed.showingReblogs, followed.notifying, followed.languages], [true, false, true, ["de"]]);
assert.equal((await accounts.$select(first).note.create({ comment: "met in Ghent" })).note, "met in Ghent");
assert.equal((await accounts.$select(first).pin()).endorsed, true);
assert.deepEqual((await client.v1.endorsements.list()).map((account) => account.id), [first]);
const shelf = await lists.create({ title: "Shelf", exclusive: true });
assert.equal((await lists.$select(shelf.id).update({ title: "Board" })).title, "Board");
await lists.$select(shelf.id).accounts.create({ accountIds: [first] });
assert.deepEqual((await lists.$select(shelf.id).accounts.list()).map((account) => account.id), [first]);
assert.deepEqual((await accounts.$select(first).lists.list()).map((list) => list.title), ["Board"]);
await lists.$select(shelf.id).accounts.remove({ accountIds: [first] });
await lists.$select(shelf.id).remove();
assert.deepEqual(await lists.list(), []);
assert.equal((await accounts.$select(first).unfollow()).endorsed, false);

// Mutes and blocks, of people and of servers.
const muted = await accounts.$select(second).mute({ notifications: false, duration: 3600 });
assert.deepEqual([muted.muting, muted.mutingNotifications], [true, false]);
assert.deepEqual((await client.v1.mutes.list()).map((account) => account.id), [second]);
assert.equal((await accounts.$select(second).unmute()).muting, false);
assert.equal((await accounts.$select(third).block()).blocking, true);
assert.deepEqual((await client.v1.blocks.list()).map((account) => account.id), [third]);
assert.equal((await accounts.$select(third).unblock()).blocking, false);
await client.v1.domainBlocks.create({ domain: "other.example" });
assert.deepEqual(await client.v1.domainBlocks.list(), ["other.example"]);
await client.v1.domainBlocks.remove({ domain: "other.example" });
assert.deepEqual(await client.v1.domainBlocks.list(), []);
const ties = await accounts.relationships.fetch({ id: others });
assert.deepEqual(ties.map((tie) => tie.id).sort(), [...others].sort());

// Finding people.
const name = (await accounts.$select(first).fetch()).username;
assert.equal((await accounts.lookup({ acct: name })).id, first);
assert.equal((await accounts.search.list({ q: name }))[0].id, first);
assert.equal((await client.v2.search.list({ q: name })).accounts[0].id, first);
assert.deepEqual((await accounts.fetch({ id: [first, second] })).map((account) => account.id).sort(), [first, second].sort());
assert.deepEqual(await accounts.familiarFollowers.fetch({ id: [first] }), [{ id: first, accounts: [] }]);
assert.ok(Array.isArray(await client.v1.directory.list({ order: "new" })));
assert.deepEqual(await client.v2.suggestions.list(), []);
await client.v1.suggestions.$select(first).remove();

// A new account through the app's own token, and the end of mine.
const own = await oauth.token.create({ grantType: "client_credentials", clientId, clientSecret, redirectUri, scope: "read write" });
const username = `new_${Date.now()}`;
const fresh = await createRestAPIClient({ url, accessToken: own.accessToken }).v1.accounts.create({
  username, email: `${username}@example.org`, password: "open sesame", agreement: true, locale: "en",
});
const theirs = createRestAPIClient({ url, accessToken: fresh.accessToken });
assert.equal((await theirs.v1.accounts.verifyCredentials()).username, username);
await oauth.revoke({ clientId, clientSecret, token: token.accessToken });
await assert.rejects(accounts.verifyCredentials(), { statusCode: 401 });
process.exit(0);
