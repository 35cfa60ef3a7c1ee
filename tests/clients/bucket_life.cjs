// Copyright (c) 2026 rekey.oci contributors
// GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// A bucket's whole life by Oracle's SDK for TypeScript, which finds nothing unusual about the service. See test_typescript.py.
// Arguments: the endpoint, the configuration file, the OCIDs of a compartment and of a key.
"use strict";
const assert = require("node:assert/strict");
const crypto = require("node:crypto");
const common = require("oci-common");
const { ObjectStorageClient, models } = require("oci-objectstorage");
const { KmsManagementClient } = require("oci-keymanagement");

const [endpoint, configFile, compartmentId, keyId] = process.argv.slice(2);
const NAMES = ["plain", "with space", "100%", "a%20b", "dir/é ü.txt", "dir/日本", "empty"];
const md5 = (content) => crypto.createHash("md5").update(content).digest("base64");

async function read(response) {
  const chunks = [];
  for await (const chunk of response.value) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function refused(status, call) {
  await assert.rejects(call, (error) => {
    assert.equal(error.statusCode, status, String(error));
    return true;
  });
}

async function main() {
  const authenticationDetailsProvider = new common.ConfigFileAuthenticationDetailsProvider(configFile, "DEFAULT");
  const storage = new ObjectStorageClient({ authenticationDetailsProvider });
  const keys = new KmsManagementClient({ authenticationDetailsProvider });
  storage.endpoint = keys.endpoint = endpoint;

  const namespaceName = (await storage.getNamespace({})).value;
  const bucketName = "typescript";
  const bucket = { namespaceName, bucketName };
  const created = await storage.createBucket({
    namespaceName,
    createBucketDetails: {
      name: bucketName,
      compartmentId,
      kmsKeyId: keyId,
      metadata: { team: "a" },
      freeformTags: { cost: "1" },
      versioning: models.CreateBucketDetails.Versioning.Enabled,
    },
  });
  assert.deepEqual([created.bucket.metadata, created.bucket.freeformTags], [{ team: "a" }, { cost: "1" }]);
  await refused(412, storage.updateBucket({ ...bucket, updateBucketDetails: {}, ifMatch: "other" }));
  const updateBucketDetails = { freeformTags: { cost: "2" } };
  const updated = await storage.updateBucket({ ...bucket, updateBucketDetails, ifMatch: created.eTag });
  assert.deepEqual(updated.bucket.freeformTags, { cost: "2" });

  const contents = new Map(NAMES.map((name) => [name, Buffer.from(name === "empty" ? "" : `content of ${name}`)]));
  for (const [objectName, content] of contents) {
    const put = await storage.putObject({
      ...bucket,
      objectName,
      putObjectBody: content,
      contentLength: content.length,
      contentType: "text/plain",
      opcMeta: { team: "a" },
      ifNoneMatch: "*",
    });
    assert.equal(put.opcContentMd5, md5(content));
  }
  await refused(412, storage.putObject({ ...bucket, objectName: "plain", putObjectBody: "x", ifNoneMatch: "*" }));
  for (const [objectName, content] of contents) {
    const head = await storage.headObject({ ...bucket, objectName });
    assert.deepEqual([head.contentLength, head.contentType], [content.length, "text/plain"]);
    assert.equal(head.opcMeta.team ?? head.opcMeta["opc-meta-team"], "a");
  }

  const list = async (query) => (await storage.listObjects({ ...bucket, ...query })).listObjects;
  assert.deepEqual((await list({})).objects.map((one) => one.name).sort(), [...NAMES].sort());
  assert.deepEqual((await list({ prefix: "dir/" })).objects.length, 2);
  const top = await list({ delimiter: "/", fields: "name,size,md5" });
  assert.deepEqual(top.prefixes, ["dir/"]);
  assert.equal(top.objects.find((one) => one.name === "plain").md5, md5(contents.get("plain")));
  const paged = [];
  let start;
  do {
    const page = await list({ limit: 2, start });
    paged.push(...page.objects.map((one) => one.name));
    start = page.nextStartWith;
  } while (start);
  assert.equal(paged.length, NAMES.length);

  const begin = (object) =>
    storage.createMultipartUpload({ ...bucket, createMultipartUploadDetails: { object, contentType: "text/plain" } });
  const upload = (await begin("big é")).multipartUpload;
  const parts = [Buffer.alloc(5 << 20, "a"), Buffer.from("end")];
  const partsToCommit = [];
  for (const [index, body] of parts.entries()) {
    const sent = await storage.uploadPart({
      ...bucket,
      objectName: upload.object,
      uploadId: upload.uploadId,
      uploadPartNum: index + 1,
      uploadPartBody: body,
      contentLength: body.length,
    });
    partsToCommit.push({ partNum: index + 1, etag: sent.eTag });
  }
  const open = await storage.listMultipartUploads(bucket);
  assert.deepEqual(open.items.map((one) => [one.object, Number(new Date(one.timeCreated)) > 0]), [["big é", true]]);
  const where = { ...bucket, objectName: upload.object, uploadId: upload.uploadId };
  const sizes = (await storage.listMultipartUploadParts(where)).items.map((one) => one.size);
  assert.deepEqual(sizes, parts.map((part) => part.length));
  await storage.commitMultipartUpload({ ...where, commitMultipartUploadDetails: { partsToCommit } });
  contents.set("big é", Buffer.concat(parts));
  const aborted = (await begin("never")).multipartUpload;
  await storage.abortMultipartUpload({ ...bucket, objectName: "never", uploadId: aborted.uploadId });
  assert.deepEqual((await storage.listMultipartUploads(bucket)).items, []);

  const followed = async (workRequestId, operation) => {
    let work;
    do {
      work = (await storage.getWorkRequest({ workRequestId })).workRequest;
      if (!work.timeFinished) await new Promise((done) => setTimeout(done, 100));
    } while (!work.timeFinished);
    assert.deepEqual([work.status, work.operationType], ["COMPLETED", operation]);
    assert.deepEqual((await storage.listWorkRequestErrors({ workRequestId })).items, []);
    assert.ok((await storage.listWorkRequestLogs({ workRequestId })).items.length > 0);
  };
  const copied = await storage.copyObject({
    ...bucket,
    copyObjectDetails: {
      sourceObjectName: "dir/é ü.txt",
      destinationRegion: "us-ashburn-1",
      destinationNamespace: namespaceName,
      destinationBucket: bucketName,
      destinationObjectName: "copy é",
    },
  });
  await followed(copied.opcWorkRequestId, "COPY_OBJECT");
  contents.set("copy é", contents.get("dir/é ü.txt"));
  await storage.renameObject({ ...bucket, renameObjectDetails: { sourceName: "100%", newName: "99 %" } });
  contents.set("99 %", contents.get("100%"));
  contents.delete("100%");

  const before = (await keys.getKey({ keyId })).key.currentKeyVersion;
  const made = (await keys.createKeyVersion({ keyId })).keyVersion;
  assert.notEqual(made.id, before);
  assert.equal((await keys.getKey({ keyId })).key.currentKeyVersion, made.id);
  await followed((await storage.reencryptBucket(bucket)).opcWorkRequestId, "REENCRYPT");

  for (const [objectName, content] of contents) {
    const got = await storage.getObject({ ...bucket, objectName });
    assert.deepEqual(await read(got), content, objectName);
    if (content.length > 1) {
      const range = new common.Range(0, 1);
      const part = await storage.getObject({ ...bucket, objectName, range });
      assert.deepEqual(await read(part), content.subarray(0, 2), objectName);
    }
  }
  await refused(404, storage.getObject({ ...bucket, objectName: "100%" }));
  await refused(409, storage.deleteBucket(bucket));

  let page;
  console.log(JSON.stringify({ version: made.id, objects: contents.size }));
  if (process.argv[6] === "keep") return;
  do {
    const found = await storage.listObjectVersions({ ...bucket, limit: 3 });
    for (const { name: objectName, versionId } of found.objectVersionCollection.items) {
      await storage.deleteObject({ ...bucket, objectName, versionId });
    }
    page = found.opcNextPage;
  } while (page);
  await storage.deleteBucket(bucket);
  await refused(404, storage.getBucket(bucket));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
