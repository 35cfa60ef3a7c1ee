# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A failure, as one line for a person: what failed, and what to do about it. No I/O."""

from __future__ import annotations

from typing import Optional

from ansible_collections.rekey.oci.plugins.module_utils.common.model import ApiError
from ansible_collections.rekey.oci.plugins.module_utils.decide import receipts
from ansible_collections.rekey.oci.plugins.module_utils.decide.state import Situation
from ansible_collections.rekey.oci.plugins.module_utils.decide.steps import Assign, Claim, Look, Step, Submit


def explain(here: Situation, step: Step, error: ApiError, namespace: str, name: str) -> str:
    if isinstance(step, Look) and error.status == 404:
        return (
            "Bucket %s was not found in namespace %s, or this user may not read it (BUCKET_READ). Names are "
            "case-sensitive. %s" % (name, namespace, error.line())
        )
    if _assigned_by(step) and error.status in (400, 403, 404):
        return _unassigned(here, error, name)
    return error.line()


def refused(here: Situation, error: ApiError) -> str:
    """The POST was refused: that Object Storage may not use the key is told in two ways."""
    if error.code != "NotAuthorizedOrFoundKmsKey" and "RestClientException" not in error.message:
        return error.line()
    key_id = here.bucket.kms_key_id
    return (
        "Object Storage may not use the key %s of bucket %s. Add this statement to a policy: Allow service objectstorage-%s to use keys %s. %s"
        % (
            key_id,
            here.bucket.name,
            _region(here),
            _where(here, key_id),
            error.line(),
        )
    )


def reading_takes(here: Situation) -> str:
    """What it takes to read how far a version is replicated."""
    return "This may need the statement: Allow group <group> to read vaults in %s" % _scope(here)


def _region(here: Situation) -> str:
    """Of the Object Storage that uses the key, which a replicated vault's need not be in."""
    key = here.facts.key
    return here.bucket.region or (key.region if key else None) or "<region>"


def _scope(here: Situation) -> str:
    key = here.facts.key
    compartment = (key.compartment_id if key else None) or "<compartment>"
    return "tenancy" if compartment.startswith("ocid1.tenancy.") else "compartment id %s" % compartment


def _where(here: Situation, key_id: Optional[str]) -> str:
    return "in %s where target.key.id = '%s'" % (_scope(here), key_id)


def no_namespace(here: Situation, why: str, name: str, mends: bool) -> str:
    """The receipt cannot be kept in the tag namespace that was asked for: why, and what it takes where that ``mends`` it."""
    namespace = here.options.place.namespace
    accepted = here.attempt.accepted or (here.attempt.submitted[-1] if here.attempt.submitted else None)
    told = "The receipt of bucket %s cannot be kept in the tag namespace %s. " % (name, namespace)
    told += "Work request %s goes on. " % accepted if accepted else "Nothing was submitted. "
    return "%s%s %s" % (told, _namespace_takes(namespace), why) if mends else "%s%s" % (told, why)


def _namespace_takes(namespace: Optional[str]) -> str:
    return (
        "The tag namespace %s must exist (oci iam tag-namespace create --compartment-id <id> --name %s --description <text>). It must "
        "have the tag keys %s (oci iam tag create --tag-namespace-id <id> --name <key> --description <text>). Neither the "
        "namespace nor a tag key may be retired (oci iam tag-namespace reactivate --tag-namespace-id <id>; oci iam tag reactivate --tag-namespace-id "
        "<id> --tag-name <key>). This user must be allowed to use the namespace (Allow group <group> to use tag-namespaces in tenancy where "
        "target.tag-namespace.name = '%s') and to update the bucket."
        % (namespace, namespace, " and ".join(receipts.TAGS), namespace)
    )


def reason_behind(step: Step) -> Optional[str]:
    """Why a step was to be taken, where it was the first one that writes."""
    if isinstance(step, Assign):
        return "key_assigned"
    return step.reason if isinstance(step, (Claim, Submit)) else None


def _assigned_by(step: Step) -> Optional[str]:
    if isinstance(step, Assign):
        return step.key_id
    return step.assign if isinstance(step, Claim) else None


def _unassigned(here: Situation, error: ApiError, name: str) -> str:
    """Object Storage may not use the key, or this user may not let it, or may not write to the bucket."""
    wanted = here.options.kms_key_id
    told = "The key %s was not assigned to bucket %s. " % (wanted, name)
    region, where = _region(here), _where(here, wanted)
    if here.options.place.namespace is not None:
        told += "The cause may be the receipt: %s Or the cause may be the key: " % _namespace_takes(
            here.options.place.namespace
        )
    delegate = "Allow group <group> to use key-delegate %s" % where
    if error.code == "BucketNotFound":
        # It was found a moment ago. Whether OCI says this where KEY_ASSOCIATE is missing, too, is not documented.
        return told + (
            "This user may not write to the bucket (BUCKET_UPDATE), or may not give the key to it. The latter needs the statement: %s. %s"
            % (delegate, error.line())
        )
    return told + (
        "This needs two statements: Allow service objectstorage-%s to use keys %s; and %s. %s"
        % (region, where, delegate, error.line())
    )
